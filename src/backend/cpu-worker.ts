// The worker that runs the CPU backend of a page. Started by cpu-client.ts.

import { LimitError } from '../core/errors.ts';
import type { Backend, Program } from './backend.ts';
import { createCpuBackend } from './cpu.ts';
import type { Answer, Order, Problem } from './cpu-protocol.ts';

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(answer: Answer, transfer?: Transferable[]): void;
};

let backend: Backend | undefined;
const programs = new Map<number, Program>();
let last: Promise<void> = Promise.resolve();

scope.onmessage = ({ data: order }) => {
  last = last.then(() => obey(order)).catch((error) => refuse(order, error));
};

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
      return program?.write(order.buffer, order.values, order.offset);
    case 'run':
      return program?.run(order.segment, order.times, (index) => order.recorded[index] === 1);
    case 'read': {
      const value = await program!.read(order.buffer, order.offset, order.length);
      return scope.postMessage({ id: order.id, value }, [value.buffer]);
    }
    case 'finished':
      return scope.postMessage({ id: order.id, value: null });
    case 'dispose':
      programs.delete(order.program);
      return;
    default:
      order satisfies never;
  }
}

function refuse(order: Order, error: unknown): void {
  if (!('id' in order)) throw error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const limit = error instanceof LimitError ? ([error.limit, error.need, error.have] as const) : undefined;
  const problem: Problem = { name, message, ...(limit && { limit }) };
  scope.postMessage({ id: order.id, problem });
}
