// The CPU backend of a page: in a worker, so that a long step does not hold up what the page does. One worker serves all
// sessions of a precision.

import { BackendError, LimitError } from '../core/errors.ts';
import type { Precision } from '../core/shape.ts';
import type { Backend, Program } from './backend.ts';
import { CPU_LIMITS, createCpuBackend } from './cpu.ts';
import type { Answer, Order, Problem } from './cpu-protocol.ts';

/** In a page the CPU backend of a worker; elsewhere, and where no worker can be had, that of this thread. */
export async function openCpuBackend(precision: Precision): Promise<Backend> {
  if (typeof document === 'undefined' || typeof Worker === 'undefined') return createCpuBackend(precision);
  shared[precision] ??= createWorkerBackend(precision);
  try {
    return await shared[precision];
  } catch {
    return createCpuBackend(precision); // a content policy, or a library served from elsewhere, forbids the worker
  }
}

const shared: Partial<Record<Precision, Promise<Backend>>> = {};

async function createWorkerBackend(precision: Precision): Promise<Backend> {
  const worker = new Worker(new URL('./cpu-worker.ts', import.meta.url), { type: 'module' });
  const line = createLine(worker);
  const adapter = await line.ask<string>((id) => ({ type: 'open', id, precision }));
  let programs = 0;
  return {
    name: 'cpu',
    precision,
    adapter,
    limits: CPU_LIMITS,
    blocks: false,
    traits: null,
    async build(plan) {
      const program = programs++;
      await line.ask((id) => ({ type: 'build', id, program, plan }));
      return remoteProgram(line, program);
    },
    dispose() {},
  };
}

type Line = ReturnType<typeof createLine>;

/** Orders out, answers back to who asked. */
function createLine(worker: Worker) {
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let ids = 0;
  worker.onmessage = ({ data: answer }: MessageEvent<Answer>) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('problem' in answer) asked?.reject(errorOf(answer.problem));
    else asked?.resolve(answer.value as never);
  };
  worker.onerror = ({ message }) => {
    const error = new BackendError(`The worker of the CPU backend stopped: ${message || 'it could not be loaded'}.`);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  return {
    tell: (order: Order) => worker.postMessage(order),
    ask<T>(order: (id: number) => Order): Promise<T> {
      const id = ids++;
      return new Promise<T>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage(order(id));
      });
    },
  };
}

function errorOf({ name, message, limit }: Problem): Error {
  if (!limit) return Object.assign(new Error(message), { name });
  const error = new LimitError(...limit, '');
  error.message = message;
  return error;
}

function remoteProgram({ tell, ask }: Line, program: number): Program {
  return {
    write: (buffer, values, offset = 0) => tell({ type: 'write', program, buffer, values, offset }),
    async prepare() {},
    run(segment, times = 1, recorded = () => false) {
      const flags = Uint8Array.from({ length: times }, (_, index) => (recorded(index) ? 1 : 0));
      tell({ type: 'run', program, segment, times, recorded: flags });
    },
    read: (buffer, offset = 0, length) => ask((id) => ({ type: 'read', id, program, buffer, offset, length })),
    finished: () => ask((id) => ({ type: 'finished', id })),
    dispose: () => tell({ type: 'dispose', program }),
  };
}
