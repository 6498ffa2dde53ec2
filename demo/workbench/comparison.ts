// The runs of the workbench as a lesson's contenders are: for the question whether what sets them apart is luck. Pure.

import type { CanonicalRun } from '../../src/index.ts';
import type { Group } from '../lessons/lesson.ts';

/** Why runs cannot be compared seed by seed; null where they can. */
export function hindrance(runs: readonly CanonicalRun[]): string | null {
  const [first, ...others] = runs;
  if (!first || others.length === 0) return 'It takes two runs: add a copy, and change something in it.';
  if (runs.some(({ loss }) => loss === 'meanSquaredError')) return 'It takes classes, of which a share is right.';
  const given = runs.findIndex(({ init }) => init.scheme === 'given');
  if (given >= 0) return `The weights of run ${given + 1} are given, and no seed changes them.`;
  const data = JSON.stringify(first.data);
  if (others.some((run) => JSON.stringify(run.data) !== data)) {
    return 'The runs learn from different data, so that nothing else can be said to set them apart.';
  }
  return null;
}

/** What another seed changes. With numpy's generator masks follow a seed of their own. */
export function luckOf(runs: readonly CanonicalRun[]): string {
  const drops = runs.some(({ rng, layers }) => rng === 'threefry' && layers.some(({ dropRate }) => dropRate > 0));
  return drops ? 'each with other random weights and other dropped units' : 'each with other random weights';
}

/** Each run is a group of its own: lengths and batches may differ. */
export function groupsOf(runs: readonly CanonicalRun[]): Group[] {
  return runs.map((run, i) => ({
    base: run,
    contenders: [{ id: `run-${i + 1}`, label: nameOf(run, i), note: '', patch: {} }],
  }));
}

const nameOf = ({ name }: CanonicalRun, i: number): string => [`Run ${i + 1}`, ...(name ? [name] : [])].join(': ');
