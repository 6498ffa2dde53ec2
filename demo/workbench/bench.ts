// The runs on the workbench: each has a document, what is typed into it, and a worker of its own that trains it.

import { computed, effect, signal } from '@preact/signals';
import { type CanonicalRun, type Run, type RunPatch, SpecError } from '../../src/index.ts';
import { MOST_RUNS } from '../link.ts';
import type { BackendChoice, Job, Point, Watch } from '../training/protocol.ts';
import { createTraining, type Status, type Training } from '../training/training.ts';
import { lossCeiling } from './ceiling.ts';
import { canonicalOf, type Draft, edited, write } from './document.ts';
import { isDrawable, type Plane, type Tool } from './points.ts';
import type { TriedRuns } from './tried.ts';
import type { Problem } from './words.ts';

const CURVE_POINTS = 150;
/** A run that is left before this part of its steps was no try. */
const TRIED_PART = 0.1;

export interface Slot {
  readonly id: number;
  readonly run: Run;
  /** All that decides how it trains. */
  readonly meaning: string;
  readonly training: Training;
}

interface Typed {
  readonly document: Draft;
  readonly problem: Problem;
}

/** What the workbench shows and does not own. */
export interface Surroundings {
  /** Other documents: the address follows. */
  change(runs: readonly Run[]): void;
  frameRate(): number;
  /** Texts of the CSV files that the documents name. */
  files(): Readonly<Record<string, string>>;
  readonly tried: TriedRuns;
}

export function problemOf(error: unknown): Problem {
  const { message } = error as Error;
  return error instanceof SpecError ? { path: error.path, message } : { path: '', message };
}

const unnamed = ({ name: _, ...rest }: Draft): Draft => rest;

export type Bench = ReturnType<typeof createBench>;

export function createBench({ change, frameRate, files, tried }: Surroundings) {
  const slots = signal<readonly Slot[]>([]);
  const chosenIndex = signal(0);
  /** What is typed and no valid document, by slot. */
  const typed = signal<ReadonlyMap<number, Typed>>(new Map());
  const editsAll = signal(false);
  /** Were runs paused because another page came? */
  const wasLeft = signal(false);
  const tool = signal<Tool>('class 0');
  /** Stays while points are drawn, which would move it otherwise. */
  const plane = signal<Plane | null>(null);
  const speed = signal<number | null>(null);
  const watch = signal<Watch>({ tensors: false, units: true });
  const curveOf = signal<'loss' | 'accuracy'>('loss');
  /** Slots that wait to be opened, and whether they go on by themselves then. */
  const waiting = new Map<number, 'wait' | 'play'>();
  let backend: BackendChoice = 'auto';
  let nextId = 0;

  const chosen = computed(() => slots.value[Math.min(chosenIndex.value, slots.value.length - 1)] ?? null);
  /** What the form shows of it is not what would train, or there is nothing to train. */
  const isHindered = ({ id, training }: Slot) => typed.value.has(id) || training.status.value === 'failed';
  const statusOf = ({ training }: Slot) => training.status.value;
  const status = computed<Status>(() => {
    const all = slots.value.map(statusOf);
    for (const any of ['running', 'opening'] as const) if (all.includes(any)) return any;
    const able = slots.value.filter((slot) => !isHindered(slot)).map(statusOf);
    if (able.length === 0) return 'failed';
    if (able.every((each) => each === 'done')) return 'done';
    return able.every((each) => each === 'ready') ? 'ready' : 'paused';
  });
  const sum = (of: (training: Training) => number) =>
    computed(() => slots.value.reduce((total, { training }) => total + of(training), 0));
  const step = sum(({ frame }) => frame.value?.now.step ?? 0);
  const totalSteps = sum(({ opened }) => opened.value?.totalSteps ?? 0);

  const ceiling = computed(() => {
    if (curveOf.value === 'accuracy') return 1;
    const losses = ({ scores: [scores] }: Point) => [scores!.train.loss, ...(scores!.test ? [scores!.test.loss] : [])];
    return lossCeiling(slots.value.map(({ training }) => training.points.value.flatMap(losses)));
  });

  /** Only the chosen run is looked into. */
  const watched = new Map<number, string>();
  effect(() => {
    for (const slot of slots.value) {
      const wanted: Watch = slot.id === chosen.value?.id ? watch.value : { tensors: false, units: false };
      if (watched.get(slot.id) !== JSON.stringify(wanted)) slot.training.watch(wanted);
      watched.set(slot.id, JSON.stringify(wanted));
    }
  });

  const note = ({ run, training }: Slot) => {
    const now = training.frame.value?.now;
    const total = training.opened.value?.totalSteps ?? 0;
    if (now && now.step > 0) tried.add({ run, step: now.step, totalSteps: total, scores: now.scores[0]! });
  };

  /** The document in full, its files and the backend. */
  const meaningOf = (run: Run): string => {
    const text = 'csv' in run.data ? files()[run.data.csv] : '';
    return JSON.stringify([canonicalOf(run), text, backend]);
  };

  const createSlot = (run: Run, meaning: string): Slot => {
    const training = createTraining();
    const slot = { id: nextId++, run, meaning, training };
    waiting.set(slot.id, 'wait');
    training.status.subscribe((now) => {
      const current = slots.peek().find(({ id }) => id === slot.id);
      if (current && (now === 'done' || now === 'paused')) note(current);
    });
    return slot;
  };

  /** The old slot for another document: it stops, and its pictures stay until the new ones are there. */
  const reuse = (slot: Slot, run: Run, meaning: string): Slot => {
    const { training } = slot;
    const wasRunning = training.status.value === 'running';
    const total = training.opened.value?.totalSteps ?? 0;
    if (wasRunning && (training.frame.value?.now.step ?? 0) >= TRIED_PART * total) note(slot);
    if (!waiting.has(slot.id)) waiting.set(slot.id, wasRunning ? 'play' : 'wait');
    training.hold();
    return { ...slot, run, meaning };
  };

  const jobOf = (run: Run): Job => ({
    groups: [{ base: run, models: [{}] }],
    backend,
    files: files(),
    frameRate: frameRate(),
    pictures: true,
    findings: true,
    curvePoints: CURVE_POINTS,
    ...(plane.value && isDrawable(run.data) && { plane: plane.value }),
  });

  const discard = ({ id, training }: Slot) => {
    waiting.delete(id);
    training.dispose();
  };

  const runs = () => slots.value.map(({ run }) => run);

  const problemIn = (slot: Slot): Problem | null => {
    const found = typed.value.get(slot.id)?.problem;
    if (found) return found;
    const failure = slot.training.failure.value;
    return failure && { path: failure.path ?? '', message: failure.message };
  };

  const documentOf = (slot: Slot): Draft => typed.value.get(slot.id)?.document ?? (slot.run as unknown as Draft);

  const keepTyped = (id: number, value: Typed | null) => {
    const next = new Map(typed.value);
    if (value) next.set(id, value);
    else next.delete(id);
    typed.value = next;
  };

  /** The document where it is valid; else it stays in the form with what is wrong. */
  const accepted = (slot: Slot, document: Draft): Run => {
    try {
      canonicalOf(document as unknown as Run);
      keepTyped(slot.id, null);
      return document as unknown as Run;
    } catch (error) {
      keepTyped(slot.id, { document, problem: problemOf(error) });
      return slot.run;
    }
  };

  /** A changed run is no longer what its name says. */
  const update = (edit: (document: Draft, slot: Slot) => Draft) => {
    const targets = editsAll.value ? slots.value : [chosen.value];
    const next = slots.value.map((slot) =>
      targets.includes(slot) ? accepted(slot, unnamed(edit(documentOf(slot), slot))) : slot.run,
    );
    if (next.some((run, i) => run !== slots.value[i]!.run)) change(next);
  };

  const each = (does: (training: Training) => void) => () => {
    for (const { training } of slots.value) does(training);
  };

  /** Runs that are done wait for the others, unless all are. */
  const eachAble = (does: (training: Training) => void) => {
    const able: readonly Status[] = status.value === 'done' ? ['done'] : ['ready', 'paused'];
    wasLeft.value = false;
    for (const slot of slots.value) if (!isHindered(slot) && able.includes(statusOf(slot))) does(slot.training);
  };

  return {
    slots,
    chosen,
    chosenIndex,
    editsAll,
    tool,
    plane,
    speed,
    watch,
    curveOf,
    ceiling: () => ceiling.value,
    status,
    step,
    totalSteps,
    documentOf,

    /** What is wrong with a run's document, or with the data that it names. */
    problemOf: problemIn,
    /** The runs that do not start with the others, or train on as they were before something wrong was typed. */
    hindered: () => slots.value.filter(isHindered),
    wasLeft: () => wasLeft.value && status.value === 'paused',

    /** What the form is about: the document, without what is wrong in it; or the last one that was valid. */
    meant(slot: Slot): CanonicalRun {
      const problem = problemIn(slot);
      if (problem === null) return canonicalOf(slot.run);
      try {
        return canonicalOf(write(documentOf(slot), problem.path, undefined) as unknown as Run);
      } catch {
        return canonicalOf(slot.run);
      }
    },

    /** Makes the slots those of these documents; a slot whose document stays goes on. */
    fit(wanted: readonly Run[], on: BackendChoice) {
      const before = slots.value;
      backend = on;
      const meanings = wanted.map(meaningOf);
      const free = [...before];
      const take = (slot: Slot | undefined) => (slot ? free.splice(free.indexOf(slot), 1)[0] : undefined);
      const inPlace = meanings.map((meaning, i) => take(before[i]?.meaning === meaning ? before[i] : undefined));
      const kept = meanings.map((meaning, i) => inPlace[i] ?? take(free.find((slot) => slot.meaning === meaning)));
      slots.value = wanted.map((run, i) => {
        const meaning = meanings[i]!;
        if (kept[i]) return { ...kept[i], run };
        const spare = take(free.find((slot) => slot === before[i]) ?? free[0]);
        return spare ? reuse(spare, run, meaning) : createSlot(run, meaning);
      });
      for (const slot of free) discard(slot);
    },

    /** Opens the runs that wait for it. */
    open() {
      for (const { id, run, training } of slots.value) {
        const then = waiting.get(id);
        waiting.delete(id);
        if (then) training.open(jobOf(run), then);
      }
    },

    edit: (path: string, value: unknown) =>
      update((document, { run }) => edited(document, path, value, canonicalOf(run))),
    update,

    choose(slot: Slot) {
      chosenIndex.value = slots.value.indexOf(slot);
    },
    addCopy() {
      const { run } = chosen.value!;
      chosenIndex.value = slots.value.length;
      change([...runs(), { ...run }]);
    },
    /** A copy of a run with other settings beside it; in the place of another one where there is no more room. */
    addMended(slot: Slot, patch: RunPatch) {
      const { length } = slots.value;
      const last = slots.value.at(-1) === slot ? length - 2 : length - 1;
      chosenIndex.value = length < MOST_RUNS ? length : last;
      const mended = unnamed({ ...slot.run, ...patch }) as unknown as Run;
      change(length < MOST_RUNS ? [...runs(), mended] : runs().with(last, mended));
    },
    /** An earlier document in the place of the chosen one. */
    bringBack(run: Run) {
      keepTyped(chosen.value!.id, null);
      change(runs().with(chosenIndex.value, run));
    },
    remove(slot: Slot) {
      note(slot);
      keepTyped(slot.id, null);
      chosenIndex.value = Math.max(0, Math.min(chosenIndex.value, slots.value.length - 2));
      // Not left to `fit`, which knows documents only: one that looks the same would go in its place.
      slots.value = slots.value.filter((each) => each !== slot);
      discard(slot);
      change(runs());
    },

    play: () => eachAble((training) => training.play(speed.value)),
    pause: each((training) => training.pause()),
    /** Another page comes, and has the machine to itself. */
    leave() {
      for (const { training } of slots.value) {
        if (training.status.value !== 'running') continue;
        wasLeft.value = true;
        training.pause();
      }
    },
    /** Gives up a run that is being made, at once. */
    cancel({ id, training }: Slot) {
      waiting.delete(id);
      training.cancel();
    },
    /** Makes what was given up. */
    makeAgain(slot: Slot) {
      slot.training.open(jobOf(slot.run));
    },
    stepOn: (count: number) => eachAble((training) => training.step(count)),
    rewind: each((training) => training.rewind()),
    setSpeed(value: number | null) {
      speed.value = value;
      for (const { training } of slots.value) if (training.status.value === 'running') training.play(value);
    },
  };
}
