// What a lesson is: a question, the runs that answer it, and the words for what came out.

import type { Evaluation, ModelPatch, Run } from '../../src/index.ts';
import type { Job } from '../training/protocol.ts';

/** A number that a person may change. */
export interface Setting {
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  /** What it may be, in rising order: the slider's stops. */
  readonly values: readonly number[];
  readonly initial: number;
  /** Has a control of its own elsewhere on the page. */
  readonly hidden?: true;
}

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

export interface Outcome {
  readonly contender: Contender;
  readonly scores: Evaluation;
  /** Training objective at the start. */
  readonly firstLoss: number;
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
  base(settings: Settings): Run;
  /** The base of the runs over many seeds, where it is another one. */
  spreadBase?(settings: Settings): Run;
  contenders(settings: Settings): readonly Contender[];
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

/** The contenders that nobody beats. */
export function winners(outcomes: readonly Outcome[]): readonly Contender[] {
  const best = Math.max(...outcomes.map(({ scores }) => shownAccuracy(scores)));
  return outcomes.filter(({ scores }) => shownAccuracy(scores) === best).map(({ contender }) => contender);
}
