// The same contenders over many seeds, each group as one sweep.

import { computed, signal } from '@preact/signals';
import type { ModelPatch } from '../../src/index.ts';
import { type Group, shownAccuracy } from '../lessons/lesson.ts';
import type { BackendChoice } from './protocol.ts';
import { createTraining, type Status, type Training } from './training.ts';

const FRAME_RATE = 3;

export interface SpreadJob {
  readonly groups: readonly Group[];
  readonly seeds: number;
  readonly backend: BackendChoice;
  readonly files: Readonly<Record<string, string>>;
}

/** A contender's patch with another seed: another start, and other dropout masks. */
export function seeded(patch: ModelPatch, seed: number): ModelPatch {
  return { ...patch, seed, init: { ...patch.init, seed } };
}

/**
 * What was found, seed after seed for each contender: models are those of the first group, then of the next, and within a
 * group all contenders with one seed, then with the next seed.
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
  const training = signal<Training | null>(null);

  const step = computed(() => training.value?.frame.value?.now.step ?? 0);
  const totalSteps = computed(() => training.value?.opened.value?.totalSteps ?? 0);
  /** [contenders][seeds], or null before the first frame. */
  const results = computed(() => {
    const frame = training.value?.frame.value;
    return job.value && frame ? byContender(job.value.groups, frame.now.scores.map(shownAccuracy)) : null;
  });
  const status = computed<Status | 'idle'>(() => training.value?.status.value ?? 'idle');
  const failure = computed(() => training.value?.failure.value ?? null);

  const close = () => {
    training.value?.dispose();
    training.value = null;
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
      const { backend, files } = wanted;
      const seeds = Array.from({ length: wanted.seeds }, (_, seed) => seed);
      const groups = wanted.groups.map(({ base, spreadBase, contenders }) => ({
        base: spreadBase ?? base,
        models: seeds.flatMap((seed) => contenders.map(({ patch }) => seeded(patch, seed))),
      }));
      const all = createTraining();
      all.open({ groups, backend, files, frameRate: FRAME_RATE, pictures: false, curvePoints: 0 }, 'play');
      job.value = wanted;
      training.value = all;
    },
    pause: () => training.value?.pause(),
    goOn: () => training.value?.play(null),
  };
}
