// The runs tried so far: kept through edits and reloads, for as long as the tab is open.

import { signal } from '@preact/signals';
import { type Evaluation, type Run, validate } from '../../src/index.ts';
import { differences, settingWord } from './differences.ts';
import { canonicalOf } from './document.ts';

export interface Tried {
  readonly run: Run;
  readonly step: number;
  readonly totalSteps: number;
  readonly scores: Evaluation;
}

export type TriedRuns = ReturnType<typeof createTried>;

const KEY = 'basin-tried';
const MOST = 50;

/** The newest try of a document takes the place of older ones; the oldest go when there are too many. */
export function withTry(tries: readonly Tried[], next: Tried): readonly Tried[] {
  const key = JSON.stringify(next.run);
  const at = tries.findIndex(({ run }) => JSON.stringify(run) === key);
  if (at >= 0) return tries.with(at, next);
  return [...tries, next].slice(-MOST);
}

/** A setting in which tries differ: a column of the table. */
export interface Column {
  readonly path: string;
  readonly label: string;
  /** Each try's value, in words. */
  readonly values: readonly string[];
}

/** What sets the tries apart, as columns. Each try is held against the first one. */
export function columnsOf(tries: readonly Tried[]): readonly Column[] {
  const all = tries.map(({ run }) => ({ written: run, run: canonicalOf(run) }));
  const first = all[0];
  if (!first) return [];
  const both = all.flatMap((each) => [...differences(first, each), ...differences(each, first)]);
  const found = new Map(both.map(({ path, label }) => [path, label]));
  return [...found].map(([path, label]) => ({ path, label, values: all.map(({ run }) => settingWord(run, path)) }));
}

/** What an earlier page of this tab left, where it can be read. */
function remembered(storage: Storage): readonly Tried[] {
  try {
    const tries = JSON.parse(storage.getItem(KEY) ?? '[]') as Tried[];
    for (const { run } of tries) validate(run);
    return tries;
  } catch {
    return [];
  }
}

export function createTried(storage: Storage) {
  const tries = signal(remembered(storage));
  const keep = (next: readonly Tried[]) => {
    tries.value = next;
    try {
      storage.setItem(KEY, JSON.stringify(next));
    } catch {
      // The tab's store is full: the table is kept on the page alone.
    }
  };
  return {
    tries,
    add: (next: Tried) => keep(withTry(tries.value, next)),
    remove: (gone: Tried) => keep(tries.value.filter((each) => each !== gone)),
    clear: () => keep([]),
  };
}
