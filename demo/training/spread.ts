// The same contenders over many seeds, as one sweep; where the CPU trains, cut into one sweep for each core.

import { computed, signal } from '@preact/signals';
import type { ModelPatch, Run } from '../../src/index.ts';
import { type Contender, shownAccuracy } from '../lessons/lesson.ts';
import type { BackendChoice } from './protocol.ts';
import { createTraining, type Status, type Training } from './training.ts';

const FRAME_RATE = 3;
const MOST_WORKERS = 8;

export interface SpreadJob {
  readonly base: Run;
  readonly contenders: readonly Contender[];
  readonly seeds: number;
  readonly backend: BackendChoice;
  readonly isCpu: boolean;
  readonly files: Readonly<Record<string, string>>;
}

/** A contender's patch with another seed: another start, and other dropout masks. */
export function seeded(patch: ModelPatch, seed: number): ModelPatch {
  return { ...patch, seed, init: { ...patch.init, seed } };
}

export function createSpread() {
  const job = signal<SpreadJob | null>(null);
  const workers = signal<readonly Training[]>([]);

  const step = computed(() => Math.min(...workers.value.map(({ frame }) => frame.value?.now.step ?? 0)));
  const totalSteps = computed(() => workers.value[0]?.opened.value?.totalSteps ?? 0);
  /** [contenders][seeds], or null before the first frame of all workers. */
  const results = computed(() => {
    const frames = workers.value.map(({ frame }) => frame.value);
    if (!job.value || frames.length === 0 || frames.some((frame) => frame === null)) return null;
    const all = frames.flatMap((frame) => frame!.now.scores.map(shownAccuracy));
    const { length } = job.value.contenders;
    return job.value.contenders.map((_, c) => all.filter((_, model) => model % length === c));
  });
  const status = computed<Status | 'idle'>(() => {
    const each = workers.value.map((worker) => worker.status.value);
    if (each.length === 0) return 'idle';
    for (const any of ['failed', 'opening', 'running', 'ready', 'paused'] as const) if (each.includes(any)) return any;
    return 'done';
  });
  const failure = computed(() => workers.value.find((worker) => worker.failure.value)?.failure.value ?? null);

  const close = () => {
    for (const worker of workers.value) worker.dispose();
    workers.value = [];
    job.value = null;
  };

  return {
    job,
    step,
    totalSteps,
    results,
    status,
    failure,
    close,
    start(wanted: SpreadJob) {
      close();
      job.value = wanted;
      const cores = Math.max(1, Math.min(MOST_WORKERS, (navigator.hardwareConcurrency || 2) - 1));
      const parts = wanted.isCpu ? Math.min(cores, wanted.seeds) : 1;
      workers.value = Array.from({ length: parts }, (_, part) => {
        const first = Math.floor((part * wanted.seeds) / parts);
        const after = Math.floor(((part + 1) * wanted.seeds) / parts);
        const seeds = Array.from({ length: after - first }, (_, i) => first + i);
        const models = seeds.flatMap((seed) => wanted.contenders.map(({ patch }) => seeded(patch, seed)));
        const worker = createTraining();
        const { base, backend, files } = wanted;
        worker.open(
          {
            input: { base, models },
            backend,
            files,
            frameRate: FRAME_RATE,
            pictures: false,
            curvePoints: 0,
          },
          'play',
        );
        return worker;
      });
    },
    pause() {
      for (const worker of workers.value) worker.pause();
    },
    goOn() {
      for (const worker of workers.value) worker.play(null);
    },
  };
}
