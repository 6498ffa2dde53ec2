// What the two grounds say, in sentences made from the actual numbers.

import type { Evaluation } from '../../src/index.ts';
import { shownAccuracy } from '../lessons/lesson.ts';
import type { Ground } from '../training/protocol.ts';
import { percent, places } from '../view/format.ts';
import { judged } from '../view/judged.ts';
import { flatShare } from './relief.ts';

/** A valley ends where the loss has risen by this part of what training brought. */
const VALLEY_PART = 0.3;
/** Two shares closer than this part of the larger one are called level. */
const LEVEL = 0.1;
/** A valley that takes up more than this of the ground is none. */
const PLAIN = 0.9;

export interface Seen {
  readonly label: string;
  readonly scores: Evaluation;
  readonly around: Ground;
  readonly along: Ground | null;
}

/** How far above the networks their valleys reach, the same for both; null before training has brought anything. */
export function valleyRise(grounds: readonly Ground[]): number | null {
  const start = Math.min(...grounds.map(({ paths }) => paths[0]?.[0]?.loss ?? Number.NaN));
  const end = Math.min(...grounds.map(({ centre }) => centre));
  const rise = VALLEY_PART * (start - end);
  return rise > 0 ? Number(rise.toPrecision(1)) : null;
}

const shares = (seen: readonly Seen[]): number[] => {
  const rise = valleyRise(seen.map(({ around }) => around)) ?? 0;
  return seen.map(({ around }) => flatShare(around, rise));
};

/** The network in the wider valley; null where they are level. */
export function widerOf(seen: readonly Seen[]): number | null {
  const [first, second] = shares(seen) as [number, number];
  if (Math.abs(first - second) <= LEVEL * Math.max(first, second)) return null;
  return first > second ? 0 : 1;
}

/** @param guess the network of which one guessed that it ends in the wider valley */
export function judgedValley(seen: readonly Seen[], guess: number | null): string {
  const wider = widerOf(seen);
  const result = wider === null ? 'both valleys are equally wide' : `“${seen[wider]!.label}” ended in the wider valley`;
  return judged(guess === null ? null : guess === wider, result);
}

export function explained(seen: readonly Seen[]): string[] {
  return [widths(seen), ...plains(seen), ...useful(seen), ...seen.flatMap(hiddenPath).slice(0, 1)];
}

function widths(seen: readonly Seen[]): string {
  const rise = valleyRise(seen.map(({ around }) => around)) ?? 0;
  const parts = seen.map(({ label }, i) => `“${label}” ${percent(shares(seen)[i]!)}`).join(', ');
  return `Valley, the share of the ground that is less than ${rise} above the network: ${parts}. Steps are as long as each unit’s own weights, so that large weights do not make a valley look wide.`;
}

function plains(seen: readonly Seen[]): string[] {
  const share = shares(seen);
  return seen
    .filter((_, i) => share[i]! > PLAIN)
    .map(
      ({ label, around }) =>
        `“${label}” is on a plain rather than in a valley: hardly a step changes its loss of ${places(around.centre)}. It has learned little that could be lost.`,
    );
}

function useful(seen: readonly Seen[]): string[] {
  const [first, second] = seen.map(({ scores }) => shownAccuracy(scores)) as [number, number];
  const wider = widerOf(seen);
  if (!Number.isFinite(first) || wider === null) return [];
  const numbers = `${percent(first)} and ${percent(second)} of ${seen[0]!.scores.test ? 'new' : 'training'} points right`;
  if (first === second) return [`Both get the same: ${numbers}.`];
  const better = first > second ? 0 : 1;
  return [
    better === wider
      ? `The network in the wider valley also does better: ${numbers}. That is often so, and no law.`
      : `The network in the narrower valley does better here: ${numbers}. A wide valley is no promise.`,
  ];
}

/** Li et al. 2018, §7.1: a path is nearly at right angles to random directions. */
function hiddenPath({ label, around, along }: Seen): string[] {
  if (!along) return [];
  return [
    `The path of “${label}”: two random directions hold ${percent(around.captured)} of its distances, the plane along the path ${percent(along.captured)}. With that many weights a random direction is nearly at right angles to any path.`,
  ];
}

/** Where a path began and ended, for the ear. */
export function pathWords({ paths }: Ground, names: readonly string[]): string {
  const ends = paths.flatMap((path, i) => {
    const [first, last] = [path[0], path.at(-1)];
    return first && last ? [`${names[i]} from a loss of ${places(first.loss)} to ${places(last.loss)}`] : [];
  });
  return ends.join('; ');
}
