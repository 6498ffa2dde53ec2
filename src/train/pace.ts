// How much to ask of a device at once: short enough that a page stays alive, long enough that asking costs little.
// Nothing of a result depends on it.

import type { BackendName, Program } from '../backend/backend.ts';

export interface Pacer {
  /** Work begins now, after a pause of unknown length. */
  begin(): void;
  /** Steps of the next slice. */
  slice(): number;
  /** Waits until there is room for the next slice of work. */
  pause(steps: number, program: Program): Promise<void>;
}

/** Slices that take about this long. The CPU backend holds the thread for that time, a GPU does not. */
const TARGET_MS = { cpu: 10, webgpu: 30 } as const satisfies Record<BackendName, number>;

export function createPacer(backend: BackendName, mostSteps: number): Pacer {
  let slice = Math.min(16, mostSteps);
  let last = performance.now();
  let inFlight: Promise<void> | null = null;

  const adapt = (steps: number) => {
    const now = performance.now();
    const perStep = Math.max(1e-3, now - last) / steps;
    last = now;
    const wanted = Math.round(TARGET_MS[backend] / perStep);
    slice = Math.max(1, Math.min(mostSteps, 2 * slice, wanted));
  };

  return {
    begin() {
      last = performance.now();
      inFlight = null;
    },
    slice: () => slice,
    async pause(steps, program) {
      if (backend === 'cpu') {
        adapt(steps);
        await nextTask();
        last = performance.now();
        return;
      }
      // Two slices in flight: the device always has one to go on with.
      const previous = inFlight;
      inFlight = program.finished();
      inFlight.catch(() => {});
      if (previous === null) return;
      await previous;
      adapt(steps);
    },
  };
}

/** Lets other work of the page or process run. */
export function nextTask(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}
