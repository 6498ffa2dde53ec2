// What a document writes out number by number, where others say a rule: said on the form, and dropped by one click. Pure.

import type { CanonicalRun } from '../../src/index.ts';
import { type Draft, defaultsOf, edited, read, write } from './document.ts';

export interface Given {
  readonly path: string;
  /** What it is, within a sentence. */
  readonly what: string;
  /** How many numbers it holds. */
  readonly numbers: number;
}

/** The name that says `given` beside it. */
const NAMES: Readonly<Record<string, string>> = {
  'init.weights': 'init.scheme',
  'optimizer.schedule.values': 'optimizer.schedule.name',
};

/** The rule that holds by default takes its place. */
export function dropped(document: Draft, { path }: Given, run: CanonicalRun): Draft {
  const name = NAMES[path];
  return name ? edited(document, name, defaultsOf(run)(name), run) : write(document, path, undefined);
}

const WHAT: Readonly<Record<string, string>> = {
  'init.weights': 'First weights and biases',
  'optimizer.schedule.values': 'The rate of each step',
  'batch.order': 'The order of rows',
};

/** In the order of the form. */
export function givenIn(document: Draft): readonly Given[] {
  const layers = Array.isArray(document.layers) ? document.layers : [];
  const masks = layers.map((_, l) => [`layers[${l}].dropMasks`, 'Which units are dropped'] as const);
  return [...masks, ...Object.entries(WHAT)].flatMap(([path, what]) => {
    const value = read(document, path);
    return Array.isArray(value) ? [{ path, what, numbers: numbersIn(value) }] : [];
  });
}

function numbersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((total: number, each) => total + numbersIn(each), 0);
}
