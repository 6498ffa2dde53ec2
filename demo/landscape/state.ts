// What the landscape's page shows: the run and its rival, and how their grounds are looked at.

import { computed, signal } from '@preact/signals';
import { presets } from '../../src/index.ts';
import { landscapePlace } from '../link.ts';
import { writeRuns } from '../share/runs.ts';
import { training, where } from '../state.ts';
import type { GroundOrWhy } from '../training/protocol.ts';
import { type Choices, networksOf } from './choices.ts';
import { isGround, scaleOf } from './relief.ts';
import type { Seen } from './words.ts';

/** Networks to begin with, besides the one that a link brings. */
export const STARTS: readonly { readonly id: string; readonly label: string }[] = [
  { id: 'regularization/none', label: 'Football, learned by heart' },
  { id: 'start/circles', label: 'Two rings, one hidden layer' },
  { id: 'initialization/he', label: 'Two rings, two hidden layers' },
  { id: 'optimization/adam', label: 'Two moons with Adam' },
  { id: 'spirals/adam', label: 'Two spirals, 1,185 parameters' },
  { id: 'regression/sine', label: 'One wave of a sine' },
];

let last = landscapePlace();
/** The landscape on the page, or the one seen last. */
export const landscape = computed(() => {
  if (where.value.page === 'landscape') last = where.value;
  return last;
});

export function choose(change: Partial<Choices>): void {
  where.value = { ...landscape.value, choices: { ...landscape.value.choices, ...change } };
}

/** The preset of the run on the page, or null where a link brought one that is none of them. */
export const chosenStart = computed(() => {
  const [text] = writeRuns([landscape.value.run]);
  return STARTS.find(({ id }) => id === text)?.id ?? null;
});

export function startWith(id: string): void {
  where.value = { ...landscape.value, run: presets[id]! };
}

const run = computed(() => landscape.value.run);
const against = computed(() => landscape.value.choices.against);
export const networks = computed(() => networksOf(run.value, against.value));

// ---------------------------------------------------------------- what was found

const guessed = signal<{ of: unknown; model: number } | null>(null);
/** Which of these networks will end in the wider valley, as a person thinks. */
export const guess = computed(() => (guessed.value?.of === networks.value ? guessed.value.model : null));

export function guessThat(model: number): void {
  guessed.value = { of: networks.value, model };
}

const grounds = computed(() => {
  const survey = training.survey.value;
  return survey?.kind === 'each' ? survey : null;
});

export const shownGrounds = computed<readonly GroundOrWhy[] | null>(() => {
  const { plane } = landscape.value.choices;
  return grounds.value?.[plane] ?? null;
});

/** One scale for both pictures. */
export const scale = computed(() => shownGrounds.value && scaleOf(shownGrounds.value.filter(isGround)));

/** Both networks at the end of training; null before, and where one of them has no ground. */
export const seen = computed<readonly Seen[] | null>(() => {
  const found = grounds.value;
  const now = training.frame.value?.now;
  if (!found || !now || training.status.value !== 'done' || found.step !== now.step) return null;
  if (now.scores.length !== networks.value.length) return null;
  const all = networks.value.flatMap(({ label }, m): Seen[] => {
    const [around, along] = [found.around[m]!, found.along[m]!];
    if (!isGround(around)) return [];
    return [{ label, scores: now.scores[m]!, around, along: isGround(along) ? along : null }];
  });
  return all.length === networks.value.length ? all : null;
});
