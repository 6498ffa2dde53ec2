// What the page shows and trains. The address follows `where`, and `where` follows the address.

import { computed, effect, signal, untracked } from '@preact/signals';
import { type CanonicalRun, type Run, type RunPatch, shortForm } from '../src/index.ts';
import { landscapeJob } from './landscape/job.ts';
import { checkedRun } from './lessons/gradient-checking.ts';
import { lessons } from './lessons/index.ts';
import { COUNTS, type CompareLesson, contendersOf, countsSetting, type Outcome, sweepsOf } from './lessons/lesson.ts';
import { obstacle, ownFile } from './lessons/own-data.ts';
import { gridModels } from './lessons/tuning.ts';
import {
  differsInLook,
  type LessonPlace,
  landscapePlace,
  lessonPlace,
  MOST_RUNS,
  type Place,
  readLink,
  type WorkbenchPlace,
  writeLink,
} from './link.ts';

import type { BackendChoice } from './training/protocol.ts';
import { createSpread } from './training/spread.ts';
import { createTraining } from './training/training.ts';
import { createBench } from './workbench/bench.ts';
import { groupsOf } from './workbench/comparison.ts';
import { runsOf } from './workbench/from-lesson.ts';
import { createTried } from './workbench/tried.ts';

const FRAME_RATE = 15;
/** A grid's frames hold every network's scores. */
const GRID_FRAME_RATE = 6;
/** Each run of the workbench sends its own frames. */
const BENCH_FRAME_RATE = 10;
const CALM_FRAME_RATE = 2;
const CURVE_POINTS = 150;
/** Steps a second at the slow speed: enough to see each kind of start do its first moves. */
const SLOW_STEPS_PER_SECOND = 100;

const first = readLink(location.hash);

export const where = signal<Place>(first.place);
let lastLesson = lessonPlace(lessons[0]!);
/** The lesson on the page, or the one seen last: it stays as it was while another page is open. */
export const place = computed(() => {
  if (where.value.page === 'lesson') lastLesson = where.value;
  return lastLesson;
});
export const problem = signal<string | null>(first.problem);
export const training = createTraining();
export const isSlow = signal(false);

/** To the lesson, with something else in it. */
export function go(change: Partial<LessonPlace>): void {
  where.value = { ...place.value, ...change };
}

export function changeBackend(backend: BackendChoice): void {
  where.value = { ...where.value, backend };
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

// ---------------------------------------------------------------- runs side by side

/** Each lesson's guess: a contender's id. */
const predictions = signal<Readonly<Record<string, string>>>({});
/** Pages that show new points in their pictures. In those of lessons, which are small, they lie over what is learned. */
const testPoints = signal<Readonly<Partial<Record<Place['page'], boolean>>>>({ workbench: true });
export const showsTestPoints = computed(() => testPoints.value[where.value.page] ?? false);

export function showTestPoints(shown: boolean): void {
  testPoints.value = { ...testPoints.value, [where.value.page]: shown };
}

export const spread = createSpread();

/** Is there what the lesson trains on? */
export const hasData = computed(() => {
  const { lesson } = place.value;
  if (lesson.kind !== 'compare' || !lesson.needsFile) return true;
  return ownFile.value !== null && obstacle(ownFile.value) === null;
});

/** The runs of the lesson, as they train. */
export const groups = computed(() => {
  const { lesson, settings } = place.value;
  return lesson.kind === 'compare' && hasData.value ? lesson.groups(settings) : [];
});
export const contenders = computed(() => contendersOf(groups.value));
/** What the axis of a shared chart counts. */
export const counts = computed(() => COUNTS[place.value.settings[countsSetting.key] ?? 0]!);

export const prediction = computed(() => predictions.value[place.value.lesson.id] ?? null);
export const hasStarted = computed(
  () => (training.frame.value?.now.step ?? 0) > 0 || training.status.value === 'running',
);

/** Each contender with its scores, once the run has ended. */
export const outcomes = computed<readonly Outcome[] | null>(() => {
  const { frame, status, points } = training;
  if (status.value !== 'done' || !frame.value) return null;
  const { scores, steps } = frame.value.now;
  const begin = points.value[0]!;
  if (scores.length !== contenders.value.length) return null;
  return contenders.value.map((contender, m) => ({
    contender,
    scores: scores[m]!,
    firstLoss: begin.scores[m]!.train.loss,
    steps: steps[m]!,
  }));
});

export function predict(contenderId: string): void {
  predictions.value = { ...predictions.value, [place.value.lesson.id]: contenderId };
}

function filesOf({ needsFile }: CompareLesson): Readonly<Record<string, string>> {
  return needsFile && ownFile.value ? { [ownFile.value.name]: ownFile.value.text } : {};
}

/** The contenders of the lesson over this many seeds. */
export function trySeeds(lesson: CompareLesson, seeds: number): void {
  training.pause();
  spread.start({
    groups: groups.value,
    seeds,
    backend: place.value.backend,
    files: filesOf(lesson),
  });
}

/** The runs of the workbench over this many seeds. */
export function tryBenchSeeds(runs: readonly CanonicalRun[], seeds: number): void {
  bench.pause();
  spread.start({ groups: groupsOf(runs), seeds, backend: where.value.backend, files: ownFiles() });
}

/** One of the lesson's runs, and the copy that the doctor's fix makes of it, side by side in the workbench. */
export function openMended(model: number, fix: RunPatch): void {
  const { lesson, settings } = place.value;
  const run = runsOf(lesson, settings, null)[model];
  if (run) openBench([run, shortForm({ ...run, ...fix, name: `${run.name}, mended` })]);
}

// ---------------------------------------------------------------- the grid

/** Colours by loss instead of accuracy. */
export const wantsLoss = signal(false);
/** The network that is shown on its own. */
export const openCell = signal<number | null>(null);
export const cellTraining = createTraining();

export const gridNow = computed(() => {
  const { lesson, settings } = place.value;
  return lesson.kind === 'tuning' ? lesson.grid(settings) : null;
});

/** The scores of the grid's networks, when they are those of the grid on the page. */
export const tuned = computed(() => {
  const scores = training.frame.value?.now.scores;
  const grid = gridNow.value;
  return grid && scores?.length === grid.across.values.length * grid.up.values.length ? scores : null;
});

effect(() => {
  const cell = openCell.value;
  const { lesson, settings, backend } = place.value;
  if (cell === null || lesson.kind !== 'tuning') return;
  const base = lesson.base(settings);
  const model = gridModels(lesson.grid(settings), base)[cell];
  if (!model) return;
  const job = {
    groups: [{ base, models: [model] }],
    backend,
    frameRate: frameRate(FRAME_RATE),
    pictures: true,
    curvePoints: CURVE_POINTS,
  };
  untracked(() => cellTraining.open(job, 'play'));
});

// ---------------------------------------------------------------- the workbench

/** The file that a person has given, for runs that name it. */
function ownFiles(): Readonly<Record<string, string>> {
  return ownFile.value ? { [ownFile.value.name]: ownFile.value.text } : {};
}

let lastBench = readLink('#1/workbench').place as WorkbenchPlace;
/** The workbench as it is, or as it was left. */
export const benchPlace = computed(() => {
  if (where.value.page === 'workbench') lastBench = where.value;
  return lastBench;
});

export const tried = createTried(sessionStorage);
export const bench = createBench({
  tried,
  frameRate: () => frameRate(BENCH_FRAME_RATE),
  files: ownFiles,
  change(runs) {
    where.value = { ...benchPlace.value, runs };
  },
});

/** Leaves the page that is shown, with a way back. */
function leaveFor(next: Place): void {
  history.pushState(null, '', writeLink(next));
  where.value = next;
  scrollTo(0, 0);
}

/** The workbench with these runs. */
export function openBench(runs: readonly Run[]): void {
  leaveFor({ ...benchPlace.value, backend: where.value.backend, runs: runs.slice(0, MOST_RUNS) });
}

export function openLandscape(run: Run): void {
  leaveFor(landscapePlace(run, where.value.backend));
}

// ---------------------------------------------------------------- opening

function frameRate(usual: number): number {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? CALM_FRAME_RATE : usual;
}

/** @param then whether it goes on by itself */
function openLesson({ lesson, settings, backend }: LessonPlace, then: 'wait' | 'play'): void {
  switch (lesson.kind) {
    case 'compare': {
      if (!hasData.value) {
        training.close();
        break;
      }
      const rate = frameRate(FRAME_RATE);
      const files = filesOf(lesson);
      const { insight = {} } = lesson;
      const wants = { pictures: true, ...insight, curvePoints: CURVE_POINTS };
      const groups = sweepsOf(lesson.groups(settings));
      training.open({ groups, backend, files, frameRate: rate, ...wants }, then);
      break;
    }
    case 'tuning': {
      const base = lesson.base(settings);
      const models = gridModels(lesson.grid(settings), base);
      const rate = frameRate(GRID_FRAME_RATE);
      training.open({ groups: [{ base, models }], backend, frameRate: rate, pictures: false, curvePoints: 0 }, then);
      break;
    }
    case 'check':
      training.check(checkedRun, 10 ** settings.nudge!);
      break;
    default:
      lesson satisfies never;
  }
}

addEventListener('hashchange', () => {
  if (location.hash === writeLink(where.value)) return;
  const { problem: found, place: read } = readLink(location.hash, (name) => ownFile.value?.name === name);
  problem.value = found;
  where.value = read;
});

let openLater: ReturnType<typeof setTimeout> | undefined;
let lastWanted = where.peek();

/** The same lesson with another setting: what trains begins again by itself. */
const isOtherSetting = (before: Place, wanted: Place): boolean =>
  before !== wanted && before.page === 'lesson' && wanted.page === 'lesson' && before.lesson === wanted.lesson;

// A slider on its way through many values opens only the one where it rests.
effect(() => {
  const wanted = where.value;
  ownFile.value;
  const isLook = differsInLook(lastWanted, wanted);
  const then = untracked(() => (isOtherSetting(lastWanted, wanted) && training.goesOn() ? 'play' : 'wait'));
  lastWanted = wanted;
  if (isLook) {
    history.replaceState(null, '', writeLink(wanted));
    return;
  }
  clearTimeout(openLater);
  untracked(() => {
    training.hold(then);
    spread.close();
    openCell.value = null;
    if (wanted.page === 'workbench') bench.fit(wanted.runs, wanted.backend);
    else bench.leave();
  });
  openLater = setTimeout(() => {
    const link = writeLink(wanted);
    if (location.hash !== link) history.replaceState(null, '', link);
    if (wanted.page === 'lesson') openLesson(wanted, then);
    else if (wanted.page === 'landscape') training.open(landscapeJob(wanted, frameRate(FRAME_RATE), ownFiles()));
    else training.close();
    if (wanted.page === 'workbench') bench.open();
  }, 120);
});
