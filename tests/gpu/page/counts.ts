// What training asks of a device, counted at the methods of a device of the test's own.
import { createSession, createSweep, type Run, type SessionOptions } from '../../../src/index.ts';

/** Calls since the last look. */
export interface Calls {
  readonly buffers: number;
  readonly bindGroups: number;
  readonly pipelines: number;
  readonly shaders: number;
  readonly maps: number;
  readonly submits: number;
}

export interface Counts {
  readonly strategy: string;
  /** While it was made and took its first steps. */
  readonly before: Calls;
  /** In the steps after that. */
  readonly after: Calls;
}

const NONE: Calls = { buffers: 0, bindGroups: 0, pipelines: 0, shaders: 0, maps: 0, submits: 0 };

class Counter {
  #calls = NONE;

  /** Calls of this method of this object count; everything else of it stays. */
  watch<Owner extends object>(
    owner: Owner,
    method: keyof Owner & string,
    as: keyof Calls,
    made?: (result: never) => void,
  ) {
    const original = owner[method] as (...args: unknown[]) => unknown;
    const counted = (...args: unknown[]) => {
      this.#calls = { ...this.#calls, [as]: this.#calls[as] + 1 };
      const result = original.apply(owner, args);
      made?.(result as never);
      return result;
    };
    Object.defineProperty(owner, method, { value: counted });
  }

  look(): Calls {
    const calls = this.#calls;
    this.#calls = NONE;
    return calls;
  }
}

async function openCounted(): Promise<{ device: GPUDevice; counter: Counter }> {
  const adapter = (await navigator.gpu.requestAdapter())!;
  const requiredFeatures = ['subgroups' as GPUFeatureName].filter((name) => adapter.features.has(name));
  const device = await adapter.requestDevice({ requiredFeatures });
  const counter = new Counter();
  counter.watch(device, 'createBuffer', 'buffers', (buffer: GPUBuffer) => counter.watch(buffer, 'mapAsync', 'maps'));
  counter.watch(device, 'createBindGroup', 'bindGroups');
  counter.watch(device, 'createComputePipeline', 'pipelines');
  counter.watch(device, 'createComputePipelineAsync', 'pipelines');
  counter.watch(device, 'createShaderModule', 'shaders');
  counter.watch(device.queue, 'submit', 'submits');
  return { device, counter };
}

type Pin = Pick<SessionOptions, 'pin'>;

/** A sweep of one model, so that nothing looks for divergence after the call. */
export async function steps(run: Run, pin: Pin, first: number, then: number): Promise<Counts> {
  const { device, counter } = await openCounted();
  const sweep = await createSweep({ base: run, models: [{}] }, { device, ...pin });
  const { strategy } = sweep.backend;
  await sweep.step(first);
  const before = counter.look();
  await sweep.step(then);
  const after = counter.look();
  sweep.dispose();
  device.destroy();
  return { strategy, before, after };
}

/** The same with a session, which looks for divergence once a call. */
export async function sessionSteps(run: Run, first: number, then: number): Promise<Counts> {
  const { device, counter } = await openCounted();
  const session = await createSession(run, { device });
  const { strategy } = session.backend;
  await session.step(first);
  const before = counter.look();
  await session.step(then);
  const after = counter.look();
  session.dispose();
  device.destroy();
  return { strategy, before, after };
}

/** Nobody looks at the page while `work` runs. */
export async function unwatched(run: Run, first: number, then: number): Promise<Counts> {
  Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
  try {
    return await steps(run, {}, first, then);
  } finally {
    Reflect.deleteProperty(document, 'visibilityState');
  }
}
