// The `vary` part of a sweep: settings by path, each with its values, expanded to patches by grid or random search.
import { foldIn, key, uniform } from '../core/rng/threefry.ts';
import {
  anyObject,
  type Fields,
  fail,
  failUnknownKey,
  integer,
  interval,
  list,
  number,
  object,
  oneOf,
  required,
  show,
} from './checks.ts';
import { INIT_SCHEMES, OPTIMIZER_RANGES, OPTIMIZERS, RANGES } from './defaults.ts';
import type { Halving } from './halving.ts';
import type { ModelPatch } from './patch.ts';
import type { OptimizerName } from './types.ts';
import { validateDropRate, validateL2 } from './validate-network.ts';
import { validateOptimizerConstant } from './validate-training.ts';

/** A setting's values: listed, spaced evenly or by equal factors (ends included), or whole numbers in a row. */
export type Axis =
  | readonly unknown[]
  | { readonly log: readonly [number, number]; readonly count?: number }
  | { readonly linear: readonly [number, number]; readonly count?: number }
  | { readonly from: number; readonly count: number };

/** Paths such as `optimizer.learningRate`, `l2`, `dropRate`, `seed`, `init.scale`, and their values. */
export type Vary = { readonly [path: string]: Axis };

interface RandomDraws {
  readonly random: number;
  readonly seed?: number;
}

/** `grid` takes every combination, the last path fastest; random search draws so many, each axis on its own. Either can be halved. */
export type Search = 'grid' | (RandomDraws & Partial<Halving>) | Halving;

/** One model to a workgroup in z, of which WebGPU promises 65535: maxComputeWorkgroupsPerDimension. */
export const MAX_MODELS = interval('[1, 65535]');

// ---------------------------------------------------------------- what may be varied

type Check = (path: string, value: unknown) => unknown;

const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS) as OptimizerName[];

const SETTINGS: Readonly<Record<string, Check>> = {
  seed: (path, value) => integer(path, value, RANGES.seed),
  l2: validateL2,
  dropRate: checkDropRates,
  'init.scheme': (path, value) => oneOf(path, value, INIT_SCHEMES),
  'init.scale': (path, value) => number(path, value, RANGES.initScale),
  'init.seed': (path, value) => integer(path, value, RANGES.seed),
  'optimizer.name': (path, value) => oneOf(path, value, OPTIMIZER_NAMES),
  ...Object.fromEntries(
    [...Object.keys(OPTIMIZER_RANGES), 'epsilonInside'].map((constant): [string, Check] => [
      `optimizer.${constant}`,
      (path, value) => validateOptimizerConstant(path, constant, value),
    ]),
  ),
  'optimizer.clipNorm': (path, value) => number(path, value, RANGES.clipNorm),
};

/** One rate for every hidden layer, or a list of one for each. */
export function checkDropRates(path: string, value: unknown): number | number[] {
  return Array.isArray(value) ? list(path, value, 'drop rates', validateDropRate) : validateDropRate(path, value);
}

// ---------------------------------------------------------------- axes

/** The values of one setting: `count` of them in order, and one for a place u in [0, 1). */
interface Values {
  readonly count: number | undefined;
  at(i: number): unknown;
  draw(u: number): unknown;
}

function readAxis(path: string, value: unknown, check: Check): Values {
  if (Array.isArray(value)) {
    const values = list(path, value, 'values', (at, each) => {
      check(at, each);
      return each;
    });
    return { count: values.length, at: (i) => values[i], draw: (u) => values[Math.floor(u * values.length)] };
  }
  const fields = object(
    path,
    value,
    'an axis',
    ['log', 'linear', 'from', 'count'],
    '[0, 0.1, 1] or { "from": 0, "count": 64 }',
  );
  const kinds = (['log', 'linear', 'from'] as const).filter((kind) => fields[kind] !== undefined);
  if (kinds.length !== 1 || kinds[0] === undefined) {
    fail(path, `has ${kinds.join(' and ') || 'no values'}. Allowed: a list, or one of log, linear and from.`);
  }
  return kinds[0] === 'from' ? readCounting(path, fields, check) : readSpan(path, fields, check, kinds[0]);
}

function readCounting(path: string, fields: Fields, check: Check): Values {
  const count = readCount(path, required(path, fields, 'count', 'Write how many values to take.'));
  const from = integer(`${path}.from`, fields.from, RANGES.seed);
  check(`${path}.from`, from);
  check(`${path}.count`, from + count - 1);
  return { count, at: (i) => from + i, draw: (u) => from + Math.floor(u * count) };
}

function readSpan(path: string, fields: Fields, check: Check, kind: 'log' | 'linear'): Values {
  const count = fields.count === undefined ? undefined : readCount(path, fields.count);
  const [low, high] = readEnds(`${path}.${kind}`, fields[kind], check, kind);
  const place = kind === 'log' ? (t: number) => low * (high / low) ** t : (t: number) => low + (high - low) * t;
  const at = (i: number) => (i === 0 ? low : i + 1 === count ? high : place(i / ((count ?? 1) - 1)));
  return { count, at, draw: place };
}

const readCount = (path: string, value: unknown): number =>
  integer(`${path}.count`, value, MAX_MODELS, 'It is the number of values.');

function readEnds(path: string, value: unknown, check: Check, kind: 'log' | 'linear'): [number, number] {
  const within = kind === 'log' ? interval('(0, ∞)') : undefined;
  const ends = list(path, value, 'two numbers', (at, each) => {
    check(at, each);
    return number(at, each, within, 'Equal factors need numbers above 0.');
  });
  const [low = 0, high = 0] = ends;
  if (ends.length !== 2) fail(path, `has ${ends.length} numbers. Allowed: two, the first and the last value.`);
  if (low >= high) fail(path, `${show(ends)} does not rise. Write the smaller value first.`);
  return [low, high];
}

function readAxes(value: unknown): Map<string, Values> {
  const fields = anyObject('vary', value, '{ "l2": [0, 0.1, 1] }');
  const axes = new Map<string, Values>();
  for (const [setting, axis] of Object.entries(fields)) {
    const path = `vary.${setting}`;
    if (!Object.hasOwn(SETTINGS, setting)) failUnknownKey(path, setting, 'vary', Object.keys(SETTINGS));
    axes.set(setting, readAxis(path, axis, SETTINGS[setting]!));
  }
  if (axes.size === 0) fail('vary', '{} varies nothing. Write for example { "l2": [0, 0.1, 1] }.');
  return axes;
}

// ---------------------------------------------------------------- search

/** The patches of all models, in order. @throws SpecError with paths that start at `vary` and `search`. */
export function expandVary(vary: unknown, search: unknown = 'grid'): ModelPatch[] {
  const axes = readAxes(vary);
  const fields = readSearch(search);
  if (fields.random === undefined) return expandGrid(axes, search, fields);
  const count = integer('search.random', fields.random, MAX_MODELS, 'It is the number of models.');
  return drawModels(axes, count, integer('search.seed', fields.seed ?? 0, RANGES.seed));
}

const SEARCH_KEYS = ['random', 'seed', 'halving', 'minSteps', 'metric'];

/** The keys of a search; none of the plain grid. */
export function readSearch(search: unknown = 'grid'): Fields {
  if (search === 'grid') return {};
  if (typeof search === 'string')
    fail('search', `${show(search)} is not a search. Allowed: "grid", { "random": count }, { "halving": 3 }.`);
  return object('search', search, 'search', SEARCH_KEYS, '"grid" or { "random": 100, "seed": 0 }');
}

function expandGrid(axes: Map<string, Values>, search: unknown, { halving, seed }: Fields): ModelPatch[] {
  if (search !== 'grid' && halving === undefined)
    fail('search.random', 'is missing. Write the number of models, { "random": 100 }.');
  if (seed !== undefined)
    fail('search.seed', `${show(seed)} for a grid. Allowed with random draws: add "random": 100, or remove it.`);
  const counts = [...axes].map(([setting, { count }]) => count ?? failCountless(setting));
  const models = counts.reduce((product, count) => product * count, 1);
  if (!MAX_MODELS.holds(models)) {
    fail(
      'vary',
      `makes ${models} models. Allowed: ${MAX_MODELS.text}. Take fewer values, or "search": { "random": 1000 }.`,
    );
  }
  return Array.from({ length: models }, (_, model) => {
    let rest = model;
    const places = counts.toReversed().map((count) => {
      const place = rest % count;
      rest = Math.floor(rest / count);
      return place;
    });
    places.reverse();
    return patchOf([...axes].map(([setting, values], a) => [setting, values.at(places[a]!)]));
  });
}

function failCountless(setting: string): never {
  fail(`vary.${setting}.count`, 'is missing. Write how many values a grid takes, or "search": { "random": 1000 }.');
}

/** Model i's place on axis a is draw i of stream foldIn(key(seed), a): more models leave the first ones as they were. */
function drawModels(axes: Map<string, Values>, models: number, seed: number): ModelPatch[] {
  const places = [...axes].map((_, a) => uniform(foldIn(key(seed), a), models));
  return Array.from({ length: models }, (_, i) =>
    patchOf([...axes].map(([setting, values], a) => [setting, values.draw(places[a]![i]!)])),
  );
}

/** [["optimizer.learningRate", 0.1], ["l2", 1]] → { optimizer: { learningRate: 0.1 }, l2: 1 } */
function patchOf(settings: [string, unknown][]): ModelPatch {
  const patch: Record<string, unknown> = {};
  for (const [setting, value] of settings) {
    const [part = '', constant] = setting.split('.');
    patch[part] = constant === undefined ? value : { ...(patch[part] as object | undefined), [constant]: value };
  }
  return patch;
}
