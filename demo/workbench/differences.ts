// What one run says that another does not, in one line. Pure.

import type { CanonicalRun, Data } from '../../src/index.ts';
import { setting } from '../view/format.ts';
import { defaultsOf, leafPaths, read, remembering } from './document.ts';
import { allFields, CLIP_NORM, type Field, stoppingFields, wordOf } from './fields.ts';

export interface Difference {
  readonly path: string;
  readonly label: string;
  /** In words; `none` where there is none. */
  readonly value: string;
  readonly before: string;
}

/** A run twice: as it is written, and with every default filled in. */
export interface Compared {
  readonly written: object;
  readonly run: CanonicalRun;
}

/** Where a run does not have the setting. */
const NOTHING = 'none';

const omitWord = (data: Data): string => ('csv' in data && data.omit?.join(', ')) || NOTHING;

/** How data is told apart: its name, or where it comes from. */
export function dataWord(data: Data): string {
  if ('name' in data) return data.name;
  if ('csv' in data) return data.csv;
  return `${data.x.length} points of its own`;
}

const shapeWord = ({ layers }: CanonicalRun) => layers.map(({ units }) => units).join('–');

const lengthWord = ({ steps, epochs }: CanonicalRun) => (steps === undefined ? `${epochs} epochs` : `${steps} steps`);

const sameRows = (a: Data, b: Data): boolean => rowsText(a) === rowsText(b);

const rowsText = remembering((data: Data) => JSON.stringify(rowsOf(data)));

function rowsOf(data: Data): unknown {
  if ('name' in data) return data.name;
  if ('csv' in data) return [data.csv, data.testCsv, data.label];
  return [data.x, data.y, data.testX, data.testY];
}

function show(value: unknown): string {
  if (value === undefined) return NOTHING;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return setting(value);
  return typeof value === 'string' ? wordOf(value) : 'given';
}

/** What is told as a whole, or is no setting. */
const APART =
  /^(basin|name|record(\.epochs)?|steps|epochs|layers\[\d+\]\.(units|dropMasks)|data\.(name|csv|label|omit|x|y|testX|testY|testCsv))$/;

/**
 * What `other` says differently from `first`. What neither of them writes, and what only one of them can have, follows from
 * the rest and is left out.
 */
export function differences(first: Compared, other: Compared): readonly Difference[] {
  const labels = new Map(allFields(other.run).map((field) => [field.path, field]));
  const whole: Difference[] = [];
  const rows = !sameRows(first.run.data, other.run.data);
  if (rows) whole.push(told('data', 'data', dataWord(other.run.data), dataWord(first.run.data)));
  const [left, leftBefore] = [omitWord(other.run.data), omitWord(first.run.data)];
  if (!rows && left !== leftBefore) whole.push(told('data.omit', 'columns left out', left, leftBefore));
  const shape = shapeWord(first.run) !== shapeWord(other.run);
  if (shape) whole.push(told('layers', 'layers', shapeWord(other.run), shapeWord(first.run)));
  const [length, before] = [lengthWord(other.run), lengthWord(first.run)];
  if (length !== before) whole.push(told('length', 'length', length, before));
  const single = leafPaths(other.run)
    .filter((path) => !APART.test(path) && !(shape && path.startsWith('layers')) && !(rows && path.startsWith('data')))
    .filter((path) => differs(path, first, other))
    .map((path) => {
      const field = labels.get(path);
      return told(path, labelOf(path, field), show(read(other.run, path)), show(read(first.run, path)));
    });
  return [...whole, ...single, ...lost(first, other)];
}

const told = (path: string, label: string, value: string, before: string): Difference => ({
  path,
  label,
  value,
  before,
});

/** Of what has a default, only what one of the documents writes; and of what the first run cannot have, no defaults. */
function differs(path: string, first: Compared, other: Compared): boolean {
  const [before, now] = [read(first.run, path), read(other.run, path)];
  if (JSON.stringify(before) === JSON.stringify(now)) return false;
  if (before === undefined) return now !== defaultsOf(other.run)(path);
  return read(first.written, path) !== undefined || read(other.written, path) !== undefined;
}

/** What only the first run has, and has by no default. */
function lost(first: Compared, other: Compared): Difference[] {
  const labels = new Map([CLIP_NORM, ...stoppingFields(first.run)].map((field) => [field.path, field]));
  return ['optimizer.clipNorm', 'earlyStopping.patience'].flatMap((path) => {
    const before = read(first.run, path);
    if (before === undefined || read(other.run, path) !== undefined) return [];
    return [told(path, labelOf(path, labels.get(path)), NOTHING, show(before))];
  });
}

function labelOf(path: string, field: Field | undefined): string {
  if (!field) return path;
  if (field.owner !== undefined) return `${field.owner}’s ${field.label.toLowerCase()}`;
  const { label } = field;
  return /^[A-Z][a-z]/.test(label) ? label[0]!.toLowerCase() + label.slice(1) : label;
}

/** A run's own value of a setting that runs differ in. */
export function settingWord(run: CanonicalRun, path: string): string {
  if (path === 'data') return dataWord(run.data);
  if (path === 'data.omit') return omitWord(run.data);
  if (path === 'layers') return shapeWord(run);
  return path === 'length' ? lengthWord(run) : show(read(run, path));
}

/** What all hidden layers have alike is one difference. */
function together(single: readonly Difference[], hidden: number): readonly Difference[] {
  const keyOf = ({ path, value, before }: Difference) =>
    path.startsWith('layers[') ? `${path.replace(/\[\d+\]/, '')} ${value} ${before}` : path;
  return single.flatMap((one) => {
    const alike = single.filter((each) => keyOf(each) === keyOf(one));
    if (hidden < 2 || alike.length < hidden) return [one];
    return one === alike[0] ? [{ ...one, label: one.label.replace(/^layer \d+’s /, '') }] : [];
  });
}

/** One line, such as “learning rate 0.3 instead of 0.1”. */
export function differenceLine(first: Compared, other: Compared): string {
  const all = together(differences(first, other), other.run.layers.length - 1);
  if (all.length === 0) return 'no setting differs yet';
  return all
    .map(({ label, value, before }) => `${label} ${value}${before === NOTHING ? '' : ` instead of ${before}`}`)
    .join(', ');
}
