// The same contenders over many seeds, each group as one sweep; where the CPU trains, cut into one for each core.

import { computed, signal } from '@preact/signals';
import type { ModelPatch } from '../../src/index.ts';
import { type Group, shownAccuracy } from '../lessons/lesson.ts';
import type { BackendChoice } from './protocol.ts';
import { createTraining, type Status, type Training } from './training.ts';

const FRAME_RATE = 3;
const MOST_WORKERS = 8;

export interface SpreadJob {
  readonly groups: readonly Group[];
  readonly seeds: number;
  readonly backend: BackendChoice;
  readonly isCpu: boolean;
  readonly files: Readonly<Record<string, string>>;
}

/** A contender's patch with another seed: another start, and other dropout masks. */
export function seeded(patch: ModelPatch, seed: number): ModelPatch {
  return { ...patch, seed, init: { ...patch.init, seed } };
}

/**
 * What one worker found, seed after seed for each contender: its models are those of the first group, then of the next, and
 * within a group all contenders with one seed, then with the next seed.
 */
export function byContender<T>(groups: readonly Pick<Group, 'contenders'>[], found: readonly T[]): T[][] {
  const sizes = groups.map(({ contenders }) => contenders.length);
  const seeds = found.length / sizes.reduce((sum, size) => sum + size, 0);
  let first = 0;
  return sizes.flatMap((size) => {
    const own = found.slice(first, first + size * seeds);
    first += own.length;
    return Array.from({ length: size }, (_, c) => own.filter((_, model) => model % size === c));
  });
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
    const { groups } = job.value;
    const parts = frames.map((frame) => byContender(groups, frame!.now.scores.map(shownAccuracy)));
    return parts[0]!.map((_, c) => parts.flatMap((part) => part[c]!));
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
        const groups = wanted.groups.map(({ base, spreadBase, contenders }) => ({
          base: spreadBase ?? base,
          models: seeds.flatMap((seed) => contenders.map(({ patch }) => seeded(patch, seed))),
        }));
        const worker = createTraining();
        const { backend, files } = wanted;
        worker.open(
          {
            groups,
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
