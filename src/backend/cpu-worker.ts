// The worker that runs the CPU backend, in a page or in Node. Started by cpu-line.ts.

import { LimitError } from '../core/errors.ts';
import type { Backend, Program } from './backend.ts';
import { createCpuBackend } from './cpu.ts';
import type { Answer, Order, Problem } from './cpu-protocol.ts';

/** What talks to the one who started this worker: in a page the worker itself, in Node its parent's port. */
interface Scope {
  onmessage: ((event: MessageEvent<readonly Order[]>) => void) | null;
  postMessage(answer: Answer, transfer?: Transferable[]): void;
}

async function nodeScope(): Promise<Scope> {
  const moduleName = 'node:worker_threads';
  const { parentPort } = (await import(/* @vite-ignore */ moduleName)) as typeof import('node:worker_threads');
  return parentPort as unknown as Scope;
}

const scope = 'WorkerGlobalScope' in globalThis ? (globalThis as unknown as Scope) : await nodeScope();

let backend: Backend | undefined;
const programs = new Map<number, Program>();
/** What went wrong in a program where nobody waited for an answer. */
const failures = new Map<number, unknown>();
let last: Promise<void> = Promise.resolve();

scope.onmessage = ({ data: orders }) => {
  for (const order of orders) last = last.then(() => obeyUnlessBroken(order)).catch((error) => refuse(order, error));
};

async function obeyUnlessBroken(order: Order): Promise<void> {
  if ('program' in order && order.type !== 'dispose' && failures.has(order.program)) throw failures.get(order.program);
  return obey(order);
}

async function obey(order: Order): Promise<void> {
  const program = 'program' in order ? programs.get(order.program) : undefined;
  switch (order.type) {
    case 'open':
      backend = await createCpuBackend(order.precision);
      return scope.postMessage({ id: order.id, value: backend.adapter });
    case 'build':
      programs.set(order.program, await backend!.build(order.plan));
      return scope.postMessage({ id: order.id, value: null });
    case 'write':
      return program!.write(order.buffer, order.values, order.offset);
    case 'run':
      return program!.run(order.segment, order.times, (index) => order.recorded[index] === 1);
    case 'read': {
      const value = await program!.read(order.buffer, order.offset, order.length);
      return scope.postMessage({ id: order.id, value }, [value.buffer]);
    }
    case 'finished':
      await program!.finished();
      return scope.postMessage({ id: order.id, value: null });
    case 'dispose':
      programs.delete(order.program);
      failures.delete(order.program);
      return;
    default:
      order satisfies never;
  }
}

/** Who asks hears of the error; an error that nobody asked for waits for the next question about its program. */
function refuse(order: Order, error: unknown): void {
  if (!('id' in order)) {
    if (programs.has(order.program)) failures.set(order.program, error);
    return;
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const limit = error instanceof LimitError ? ([error.limit, error.need, error.have] as const) : undefined;
  const problem: Problem = { name, message, ...(limit && { limit }) };
  scope.postMessage({ id: order.id, problem });
}
