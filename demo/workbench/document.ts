// Editing a run document by path: reading, writing, defaults. Pure; the library alone says what is right and what the defaults are.

import { type CanonicalRun, type Data, type Run, validate } from '../../src/index.ts';

/** A document as it stands in the form: it may hold what a person has typed so far, and not be valid. */
export type Draft = { readonly [key: string]: unknown };

/** Remembers what was made of an object for as long as somebody holds it: documents are replaced, never changed. */
export function remembering<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

/** A run with every default filled in. @throws SpecError */
export const canonicalOf = remembering((run: Run) => validate(run));

type Node = { [key: string]: unknown };

/** `layers[1].dropRate` → `['layers', '1', 'dropRate']` */
export function stepsOf(path: string): string[] {
  return path.split(/[.[\]]+/).filter((step) => step !== '');
}

export function read(document: object, path: string): unknown {
  return stepsOf(path).reduce<unknown>((at, step) => (at as Node | undefined)?.[step], document);
}

/** A copy with another value at the path; `undefined` takes the key out, and what is left empty by that, but no list's element. */
export function write(document: Draft, path: string, value: unknown): Draft {
  return written(document, stepsOf(path), value) as Draft;
}

function written(at: unknown, [step, ...rest]: string[], value: unknown): unknown {
  const copy = (Array.isArray(at) ? [...at] : { ...(at as Node | undefined) }) as Node;
  const next = rest.length === 0 ? value : written(copy[step!], rest, value);
  const isGone = next === undefined || (isEmpty(next) && value === undefined);
  if (isGone && !Array.isArray(at)) delete copy[step!];
  else copy[step!] = next;
  return copy;
}

const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** Names on which an object's other keys depend; listed are the keys that any name has. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'optimizer.name': ['clipNorm', 'schedule'],
  'optimizer.schedule.name': [],
  'init.scheme': ['seed'],
};

/** Objects that are nothing without their name. */
const NAMED: readonly (readonly [part: string, key: string])[] = [
  ['optimizer', 'name'],
  ['init', 'scheme'],
];

/**
 * A setting changed by a person. Another name has other constants: those of the old one go.
 *
 * @param run what the document meant so far: it has the names that the document leaves to their defaults
 */
export function edited(document: Draft, path: string, value: unknown, run: CanonicalRun): Draft {
  // Without patience there is nothing to watch for.
  if (path === 'earlyStopping.patience' && value === undefined) return write(document, 'earlyStopping', undefined);
  const kept = NAMES[path];
  const next = kept ? renamed(document, path, value, kept) : write(document, path, value);
  return NAMED.reduce((whole, [part, key]) => {
    const isNameless = read(whole, part) !== undefined && read(whole, `${part}.${key}`) === undefined;
    return isNameless ? write(whole, `${part}.${key}`, read(run, `${part}.${key}`)) : whole;
  }, next);
}

function renamed(document: Draft, path: string, value: unknown, kept: readonly string[]): Draft {
  const end = path.lastIndexOf('.');
  const before = (read(document, path.slice(0, end)) ?? {}) as Draft;
  const rest = Object.fromEntries(Object.entries(before).filter(([key]) => kept.includes(key)));
  return write(document, path.slice(0, end), { [path.slice(end + 1)]: value, ...rest });
}

/** The same number of steps or epochs, counted in the other unit. */
export function countedIn(document: Draft, unit: 'steps' | 'epochs', length: number): Draft {
  const { steps, epochs, record: _, ...rest } = document;
  return { ...rest, [unit]: steps ?? epochs ?? length };
}

/** The loss recorded every so many steps, or the mean of every so many epochs. */
export function recordedIn(document: Draft, unit: 'steps' | 'epochs', every: number): Draft {
  return { ...document, record: unit === 'epochs' ? { epochs: every } : every };
}

// ---------------------------------------------------------------- layers

type Layers = readonly Draft[];

const layersOf = (document: Draft) => document.layers as Layers;

/** Weights, masks and orders that are written out fit one network and one data set only. */
function reshaped(document: Draft, layers: Layers): Draft {
  const { init, ...rest } = document;
  const isGiven = (init as Draft | undefined)?.scheme === 'given';
  return { ...rest, ...(init !== undefined && !isGiven && { init }), layers };
}

/** One more hidden layer, like the last one. */
export function withLayer(document: Draft): Draft {
  const layers = layersOf(document);
  const like = layers.at(-2) ?? { units: 8 };
  return reshaped(document, [...layers.slice(0, -1), { ...like }, ...layers.slice(-1)]);
}

export function withoutLayer(document: Draft, layer: number): Draft {
  return reshaped(
    document,
    layersOf(document).filter((_, l) => l !== layer),
  );
}

// ---------------------------------------------------------------- data

/** The same run on other rows: the output and the loss follow the labels. */
export function withData(document: Draft, data: Data, classes: number): Draft {
  const { loss: _, batch, ...rest } = document;
  const { order, ...kept } = (batch ?? {}) as Draft;
  const layers = layersOf(document).map(({ dropMasks: _, ...layer }) => layer);
  const output = { units: classes === 2 ? 1 : classes };
  return reshaped(
    { ...rest, ...(batch !== undefined && { batch: { ...kept, ...(typeof order === 'string' && { order }) } }), data },
    [...layers.slice(0, -1), output],
  );
}

// ---------------------------------------------------------------- defaults

/** What a document must say, and the names that decide which other settings there are. */
function withoutSettings(run: CanonicalRun): Draft {
  const { basin, data, layers, loss, init, optimizer, seed, rng, epochs } = run;
  const kept = ['name', 'csv', 'label', 'omit', 'x', 'y', 'testX', 'testY', 'testCsv', 'testFraction'];
  return {
    basin,
    seed,
    rng,
    data: Object.fromEntries(Object.entries(data).filter(([key]) => kept.includes(key))),
    layers: layers.map(({ units }) => ({ units })),
    ...(loss !== undefined && { loss }),
    init: { scheme: init.scheme, ...(init.weights && { weights: init.weights }) },
    optimizer: { name: optimizer.name, schedule: bareSchedule(run) },
    ...(epochs !== undefined && { epochs }),
  };
}

function bareSchedule({ optimizer: { schedule } }: CanonicalRun): Draft {
  return schedule.name === 'given' ? schedule : { name: schedule.name };
}

/** The defaults of the settings that this run has, by path; of the names that choose among settings too. */
export const defaultsOf = remembering((run: CanonicalRun): ((path: string) => unknown) => {
  const { basin, data, layers, loss } = withoutSettings(run);
  const plain = validate({ basin, data, layers, ...(loss !== undefined && { loss }) });
  const sameKind = validate(withoutSettings(run));
  const stopping = run.earlyStopping && { patience: run.earlyStopping.patience };
  const watching = stopping && validate({ ...withoutSettings(run), data: run.data, earlyStopping: stopping });
  const { steps } = run;
  const recording = validate({ ...withoutSettings(run), ...(steps !== undefined && { steps }) });
  const choices = /^(seed|rng|init\.scheme|optimizer\.name|optimizer\.schedule\.name)$/;
  return (path) => {
    if (path === 'earlyStopping.metric') return read(watching ?? {}, path);
    if (path.startsWith('record')) return read(recording, path);
    return read(choices.test(path) ? plain : sameKind, path);
  };
});

// ---------------------------------------------------------------- leaves

/** Paths of everything in a document that is no object; lists are leaves, but for the layers. */
export function leafPaths(document: object, path = ''): string[] {
  return Object.entries(document).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (key === 'layers' && Array.isArray(value)) {
      return value.flatMap((layer, l) => leafPaths(layer as object, `${at}[${l}]`));
    }
    const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isBranch ? leafPaths(value, at) : [at];
  });
}
