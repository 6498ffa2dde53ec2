// The line to a worker that runs the CPU backend, in a page or in Node: orders out, answers back to who asked.

import { DeviceLostError, LimitError } from '../core/errors.ts';
import type { Answer, Order, Problem } from './cpu-protocol.ts';

export interface Line {
  /** What the order holds must be its own: it goes out a little later, with those that follow at once. */
  tell(order: Order): void;
  ask<T>(order: (id: number) => Order): Promise<T>;
}

/** @param onLost is called once, when the worker is there no more. What was asked of it fails with why. */
export async function startLine(onLost: () => void): Promise<Line> {
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let ids = 0;
  let orders: Order[] = [];
  let lost: Error | null = null;

  const hear = (answer: Answer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.keepAwake(false);
    if ('problem' in answer) asked?.reject(errorOf(answer.problem));
    else asked?.resolve(answer.value as never);
  };
  const lose = (why: string) => {
    if (lost) return;
    lost = new DeviceLostError(
      `A thread of the CPU backend ended: ${why}. What it had trained is lost: restore a state, or begin again.`,
    );
    for (const { reject } of waiting.values()) reject(lost);
    waiting.clear();
    onLost();
  };
  const worker = await startWorker(hear, lose);
  const send = () => {
    const buffers = orders.flatMap((order) => (order.type === 'write' ? [order.values.buffer as ArrayBuffer] : []));
    worker.post(orders, buffers);
    orders = [];
  };
  const tell = (order: Order) => {
    if (!lost && orders.push(order) === 1) queueMicrotask(send);
  };
  return {
    tell,
    ask<T>(order: (id: number) => Order): Promise<T> {
      const id = ids++;
      return new Promise<T>((resolve, reject) => {
        if (lost) return reject(lost);
        if (waiting.size === 0) worker.keepAwake(true);
        waiting.set(id, { resolve, reject });
        tell(order(id));
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

// ---------------------------------------------------------------- workers of pages and of Node

interface Wire {
  post(orders: readonly Order[], transfer: ArrayBuffer[]): void;
  /** Node ends when nothing keeps it awake: workers do while somebody waits for them. */
  keepAwake(is: boolean): void;
}

async function startWorker(hear: (answer: Answer) => void, lose: (why: string) => void): Promise<Wire> {
  const node = await nodeThreads();
  const Worker = (node?.Worker ?? globalThis.Worker) as typeof globalThis.Worker &
    (new (
      url: URL,
      options: { type: 'module'; execArgv: [] },
    ) => globalThis.Worker);
  // Node would pass its own arguments on, of which it then refuses some.
  const worker = new Worker(new URL('./cpu-worker.ts', import.meta.url), { type: 'module', execArgv: [] });
  const post = (orders: readonly Order[], transfer: ArrayBuffer[]) => worker.postMessage(orders, transfer);
  if (!node) {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => hear(data);
    worker.onerror = ({ message }) => lose(message || 'it could not be loaded');
    return { post, keepAwake() {} };
  }
  const inNode = worker as unknown as InstanceType<typeof node.Worker>;
  inNode.on('message', hear);
  inNode.on('error', ({ message }) => lose(message));
  inNode.on('exit', (code) => lose(`exit code ${code}`));
  inNode.unref();
  return { post, keepAwake: (is) => (is ? inNode.ref() : inNode.unref()) };
}

/** Null in a page and in its workers. */
async function nodeThreads(): Promise<typeof import('node:worker_threads') | null> {
  if (typeof process === 'undefined' || !process.versions?.node) return null;
  const moduleName = 'node:worker_threads';
  return import(/* @vite-ignore */ moduleName);
}
