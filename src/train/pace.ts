// How much to ask of a device at once: short enough that a page stays alive, long enough that asking costs little.
// Nothing of a result depends on it.

import type { Backend, Program } from '../backend/backend.ts';

export interface Pacer {
  /** Work begins now, after a pause of unknown length. */
  begin(): void;
  /** Steps of the next slice. */
  slice(): number;
  /** Waits until there is room for the next slice of work. */
  pause(steps: number, program: Program): Promise<void>;
}

/**
 * Slices take about this long. A page that somebody looks at is drawn on the same GPU, between two slices; a program that
 * blocks holds its thread for the time of one.
 */
const TARGET_MS = { watched: 10, unwatched: 100, blocking: 10 } as const;

/** What a pacer knows of the world around it. */
export interface Surroundings {
  now(): number;
  isWatched(): boolean;
}

const here: Surroundings = { now: () => performance.now(), isWatched };

/** Does somebody look at the page? A worker cannot see that, and takes it that its page is looked at; Node has no page. */
function isWatched(): boolean {
  if (typeof document !== 'undefined') return document.visibilityState === 'visible';
  return 'WorkerGlobalScope' in globalThis;
}

export function createPacer(
  { watched }: Pick<Backend, 'watched'>,
  mostSteps: number,
  around: Surroundings = here,
): Pacer {
  let slice = Math.min(16, mostSteps);
  let last = around.now();
  let inFlight: { readonly steps: number; readonly done: Promise<void> } | null = null;

  const targetMs = ({ blocks }: Program) =>
    TARGET_MS[blocks ? 'blocking' : (watched ?? around.isWatched()) ? 'watched' : 'unwatched'];

  const adapt = (steps: number, program: Program) => {
    const now = around.now();
    const perStep = Math.max(1e-3, now - last) / steps;
    last = now;
    const wanted = Math.round(targetMs(program) / perStep);
    slice = Math.max(1, Math.min(mostSteps, 2 * slice, wanted));
  };

  return {
    begin() {
      last = around.now();
      inFlight = null;
    },
    slice: () => slice,
    async pause(steps, program) {
      if (program.blocks) {
        adapt(steps, program);
        await nextTask();
        last = around.now();
        return;
      }
      // Two slices in flight: the device always has one to go on with.
      const previous = inFlight;
      inFlight = { steps, done: program.finished() };
      inFlight.done.catch(() => {});
      if (previous === null) return;
      await previous.done;
      adapt(previous.steps, program);
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
