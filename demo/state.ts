// What the page shows and trains. The address follows `place`, and `place` follows the address.

import { computed, effect, signal, untracked } from '@preact/signals';
import { initialSettings, type Lesson, type Outcome } from './lessons/lesson.ts';
import { type Place, readLink, writeLink } from './link.ts';
import type { Job } from './training/protocol.ts';
import { createSpread } from './training/spread.ts';
import { createTraining } from './training/training.ts';

const FRAME_RATE = 15;
const CALM_FRAME_RATE = 2;
/** Steps a second at the slow speed: enough to see each kind of start do its first moves. */
const SLOW_STEPS_PER_SECOND = 100;

const first = readLink(location.hash);

export const place = signal<Place>(first);
export const problem = signal<string | null>(first.problem);
/** Each lesson's guess: a contender's id. */
export const predictions = signal<Readonly<Record<string, string>>>({});
export const isSlow = signal(false);
export const showsTestPoints = signal(false);

export const training = createTraining();
export const spread = createSpread();

export const contenders = computed(() => place.value.lesson.contenders(place.value.settings));
export const prediction = computed(() => predictions.value[place.value.lesson.id] ?? null);
export const hasStarted = computed(
  () => (training.frame.value?.now.step ?? 0) > 0 || training.status.value === 'running',
);

/** Each contender with its scores, once the run has ended. */
export const outcomes = computed<readonly Outcome[] | null>(() => {
  const { frame, status, points } = training;
  if (status.value !== 'done' || !frame.value) return null;
  const { scores } = frame.value.now;
  const start = points.value[0]!;
  if (scores.length !== contenders.value.length) return null;
  return contenders.value.map((contender, m) => ({
    contender,
    scores: scores[m]!,
    firstLoss: start.scores[m]!.train.loss,
  }));
});

export function predict(contenderId: string): void {
  predictions.value = { ...predictions.value, [place.value.lesson.id]: contenderId };
}

export function go(change: Partial<Place>): void {
  place.value = { ...place.value, ...change };
}

export function goToLesson(lesson: Lesson): void {
  go({ lesson, settings: initialSettings(lesson) });
}

export function changeSetting(key: string, value: number): void {
  go({ settings: { ...place.value.settings, [key]: value } });
}

export function start(): void {
  problem.value = null;
  training.play(isSlow.value ? SLOW_STEPS_PER_SECOND : null);
}

export function toggleSpeed(slow: boolean): void {
  isSlow.value = slow;
  if (training.status.value === 'running') start();
}

/** The contenders of the lesson over this many seeds. */
export function trySeeds(seeds: number): void {
  const { lesson, settings, backend } = place.value;
  training.pause();
  spread.start({
    base: (lesson.spreadBase ?? lesson.base)(settings),
    contenders: contenders.value,
    seeds,
    backend,
    isCpu: training.backend.value?.name === 'cpu',
  });
}

function jobOf({ lesson, settings, backend }: Place): Job {
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const models = lesson.contenders(settings).map(({ patch }) => patch);
  return {
    input: { base: lesson.base(settings), models },
    backend,
    frameRate: isCalm ? CALM_FRAME_RATE : FRAME_RATE,
    pictures: true,
    curvePoints: 150,
  };
}

addEventListener('hashchange', () => {
  if (location.hash === writeLink(place.value)) return;
  const { problem: found, ...read } = readLink(location.hash);
  problem.value = found;
  place.value = read;
});

let openLater: ReturnType<typeof setTimeout> | undefined;

// A slider on its way through many values opens only the one where it rests.
effect(() => {
  const wanted = place.value;
  clearTimeout(openLater);
  untracked(spread.close);
  openLater = setTimeout(() => {
    const link = writeLink(wanted);
    if (location.hash !== link) history.replaceState(null, '', link);
    training.open(jobOf(wanted));
  }, 120);
});
