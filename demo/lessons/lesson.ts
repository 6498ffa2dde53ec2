// What a lesson is: a question, the runs that answer it, and the words for what came out.

import type { Evaluation, ModelPatch, Run, SweepInput } from '../../src/index.ts';
import type { Job } from '../training/protocol.ts';

/** A number that a person may change. */
export interface Setting {
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  /** What it may be, in rising order: the slider's stops. */
  readonly values: readonly number[];
  readonly initial: number;
  /** How a value is written, where not as it is. */
  readonly text?: (value: number) => string;
  /** Has a control of its own elsewhere on the page. */
  readonly hidden?: true;
  /** Changes how the runs are shown, not how they train. */
  readonly look?: true;
}

/** What the axis of a shared chart may count: passes over the data, or updates. */
export const COUNTS = ['epochs', 'steps'] as const;

/** Its control stands at the chart. */
export const countsSetting: Setting = {
  key: 'by',
  label: 'What the chart counts',
  hint: '',
  values: [...COUNTS.keys()],
  initial: 0,
  hidden: true,
  look: true,
};

/** Stops from `min` to `max`, without the tails of binary fractions. */
export function stops(min: number, max: number, step: number): number[] {
  return Array.from({ length: Math.round((max - min) / step) + 1 }, (_, i) => Number((min + i * step).toFixed(6)));
}

export type Settings = Readonly<Record<string, number>>;

/** One of the runs that train side by side. */
export interface Contender {
  readonly id: string;
  readonly label: string;
  /** What it does differently from the others, in one line. */
  readonly note: string;
  readonly patch: ModelPatch;
}

/** Runs that train as one sweep: they share their base, and with it the batches. */
export interface Group {
  readonly base: Run;
  /** The base of the runs over many seeds, where it is another one. */
  readonly spreadBase?: Run;
  readonly contenders: readonly Contender[];
}

export const contendersOf = (groups: readonly Group[]): readonly Contender[] =>
  groups.flatMap(({ contenders }) => contenders);

export const sweepsOf = (groups: readonly Group[]): readonly SweepInput[] =>
  groups.map(({ base, contenders }) => ({ base, models: contenders.map(({ patch }) => patch) }));

/** What the guess is about. */
export interface Aim {
  /** How near to the aim these scores are: the largest wins, and none is not finite. Level where nobody would see a difference. */
  of(scores: Evaluation): number;
  /** What one can say of the winner. */
  readonly won: string;
}

export interface Outcome {
  readonly contender: Contender;
  readonly scores: Evaluation;
  /** Training objective at the start. */
  readonly firstLoss: number;
  /** Updates that it has made. */
  readonly steps: number;
}

export interface LessonCommon {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly lead: string;
  readonly settings: readonly Setting[];
}

/** Runs that train side by side. */
export interface CompareLesson extends LessonCommon {
  readonly kind: 'compare';
  /** Asked before the start; the answers are the contenders. */
  readonly prediction: string;
  /** Trains on a file that a person gives. */
  readonly needsFile?: boolean;
  /** The curves' axis ends here; a loss above it is off the chart. */
  readonly lossCeiling: number;
  /** A chart for each run, or one for all. */
  readonly chart: 'own' | 'shared';
  /** What it shows of the inside of its networks. */
  readonly insight?: Pick<Job, 'sizes' | 'kept' | 'findings' | 'survey'>;
  /** What another seed changes, in words. */
  readonly luck: string;
  /** What one guesses who will do best at. */
  readonly aim: Aim;
  /** The runs, all of them side by side: networks alike over the same data, in one group or several. */
  groups(settings: Settings): readonly Group[];
  /** What was seen, in sentences made from the actual numbers. */
  explain(outcomes: readonly Outcome[]): readonly string[];
}

export function initialSettings({ settings }: Pick<LessonCommon, 'settings'>): Settings {
  return Object.fromEntries(settings.map(({ key, initial }) => [key, initial]));
}

/** Accuracy on rows that were not trained on; on the training rows where there are no others. */
export function shownAccuracy({ train, test }: Evaluation): number {
  return (test ?? train).accuracy ?? Number.NaN;
}

export const NEW_POINTS: Aim = { of: shownAccuracy, won: 'did best' };

/** The contenders that nobody beats; none where every one of them diverged. */
export function winners({ of }: Aim, outcomes: readonly Outcome[]): readonly Contender[] {
  const able = outcomes.filter(({ scores }) => Number.isFinite(of(scores)));
  const best = Math.max(...able.map(({ scores }) => of(scores)));
  return able.filter(({ scores }) => of(scores) === best).map(({ contender }) => contender);
}
