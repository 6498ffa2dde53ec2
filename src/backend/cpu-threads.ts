// The CPU backend as runs get it. A single network takes one thread: in a page a worker, so that a long step does not hold up
// what the page does, elsewhere the caller's own. Sweeps that are worth it take several workers, which start when first needed.

import type { Precision } from '../core/shape.ts';
import type { Backend, Program } from './backend.ts';
import { CPU_LIMITS, createCpuBackend } from './cpu.ts';
import { type Line, startLine } from './cpu-line.ts';
import { buildShared } from './cpu-shared.ts';

/** @param most threads for one plan; as many as the machine has cores without. */
export async function openCpuBackend(precision: Precision, most?: number): Promise<Backend> {
  const pool = pools[precision];
  const isPage = typeof document !== 'undefined';
  const first = (isPage && (await pool.take(1))?.[0]) || (await createCpuBackend(precision));
  const threads = pool.isForbidden ? 1 : (most ?? (await coreCount()));
  return {
    name: 'cpu',
    precision,
    adapter: withThreads(first.adapter, threads, 'up to '),
    limits: CPU_LIMITS,
    threads,
    traits: null,
    async build(plan, wanted = isPage ? 1 : 0) {
      const workers = wanted > 0 ? await pool.take(Math.min(wanted, threads)) : null;
      if (!workers) return (await createCpuBackend(precision)).build(plan);
      if (workers.length === 1) return workers[0]!.build(plan);
      return buildShared(plan, workers, withThreads(first.adapter, workers.length));
    },
    dispose() {},
  };
}

const withThreads = (adapter: string, threads: number, before = '') =>
  threads === 1 ? adapter : adapter.replace('one thread', `${before}${threads} threads`);

async function coreCount(): Promise<number> {
  if (typeof navigator !== 'undefined' && navigator.hardwareConcurrency) return navigator.hardwareConcurrency;
  if (typeof process === 'undefined' || !process.versions?.node) return 1;
  const moduleName = 'node:os';
  const { availableParallelism } = (await import(/* @vite-ignore */ moduleName)) as typeof import('node:os');
  return availableParallelism();
}

// ---------------------------------------------------------------- workers

/** They serve all sessions and sweeps of a precision, and stay for the next. */
const pools: Record<Precision, Pool> = { f32: createPool('f32'), f64: createPool('f64') };

type Pool = ReturnType<typeof createPool>;

function createPool(precision: Precision) {
  let workers: Promise<Backend>[] = [];
  let next = 0;
  let isForbidden = false;
  const start = () => {
    const worker = startThread(precision, () => {
      workers = workers.filter((other) => other !== worker);
    });
    return worker;
  };
  return {
    /** Has it turned out that none can be started? A content policy, or a library that is served from elsewhere, forbids it. */
    get isForbidden() {
      return isForbidden;
    },
    /** So many workers, in turn; null where none can be had. */
    async take(count: number): Promise<Backend[] | null> {
      if (isForbidden) return null;
      while (workers.length < count) workers.push(start());
      const taken = Array.from({ length: count }, (_, i) => workers[(next + i) % workers.length]!);
      next = (next + count) % workers.length;
      try {
        return await Promise.all(taken);
      } catch {
        isForbidden = true;
        return null;
      }
    },
  };
}

async function startThread(precision: Precision, onLost: () => void): Promise<Backend> {
  const line = await startLine(onLost);
  const adapter = await line.ask<string>((id) => ({ type: 'open', id, precision }));
  let programs = 0;
  return {
    name: 'cpu',
    precision,
    adapter,
    limits: CPU_LIMITS,
    threads: 1,
    traits: null,
    async build(plan) {
      const program = programs++;
      await line.ask((id) => ({ type: 'build', id, program, plan }));
      return remoteProgram(line, program, adapter);
    },
    dispose() {},
  };
}

function remoteProgram({ tell, ask }: Line, program: number, adapter: string): Program {
  return {
    adapter,
    blocks: false,
    write: (buffer, values, offset = 0) => tell({ type: 'write', program, buffer, values: values.slice(), offset }),
    async prepare() {},
    run(segment, times = 1, recorded = () => false) {
      const flags = Uint8Array.from({ length: times }, (_, index) => (recorded(index) ? 1 : 0));
      tell({ type: 'run', program, segment, times, recorded: flags });
    },
    read: (buffer, offset = 0, length) => ask((id) => ({ type: 'read', id, program, buffer, offset, length })),
    finished: () => ask((id) => ({ type: 'finished', id, program })),
    dispose: () => tell({ type: 'dispose', program }),
  };
}
