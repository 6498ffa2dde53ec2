// The `data` part of a run document: its canonical form, and what is known of the rows before they are read.

import type { Fields, Interval } from './checks.ts';
import {
  anyNumber,
  anyObject,
  fail,
  flag,
  integer,
  list,
  number,
  object,
  oneOf,
  required,
  show,
  table,
  word,
} from './checks.ts';
import { BUILT_IN, DEFAULTS, DIGITS_EXAMPLES, RANGES } from './defaults.ts';
import { heldOutRows } from './steps.ts';
import type { BuiltInData, BuiltInDataName, CanonicalData, CsvData, InlineData, LossName } from './types.ts';

/** What the network must fit: the columns, the training rows after holding out, and the labels. */
export interface DataShape {
  readonly inputs: number;
  readonly trainRows: number;
  /** Number of classes, or null where the targets are numbers. */
  readonly classes: number | null;
  /** Columns of the targets: 1 where labels are classes. */
  readonly targets: number;
}

/** Seeds of the document: the root seed, and which seeds its generator takes. */
export interface Seeds {
  readonly root: number;
  readonly within: Interval;
}

const BUILT_IN_NAMES = Object.keys(BUILT_IN) as BuiltInDataName[];
const COMMON_KEYS = ['seed', 'validationFraction', 'standardize'];
const BUILT_IN_KEYS = ['name', 'rows', 'testRows', 'noise', 'testSeed', ...COMMON_KEYS];
const CSV_KEYS = ['csv', 'label', 'omit', 'testCsv', 'testFraction', ...COMMON_KEYS];
const INLINE_KEYS = ['x', 'y', 'testX', 'testY', ...COMMON_KEYS];
const EXAMPLE = '{ "name": "circles" }, { "csv": "train.csv", "label": "y" } or { "x": [[0, 1]], "y": [1] }';

export function validateData(value: unknown, seeds: Seeds, loss: LossName | undefined): CanonicalData {
  const fields = anyObject('data', value, EXAMPLE);
  const kinds = ['name', 'csv', 'x'].filter((key) => key in fields);
  if (kinds.length > 1)
    fail('data', `has both "${kinds[0]}" and "${kinds[1]}". Allowed: one kind of data. Remove one.`);
  if (kinds[0] === 'csv') return validateCsv(fields, seeds);
  if (kinds[0] === 'x') return validateInline(fields, seeds, loss);
  if (kinds[0] === 'name') return validateBuiltIn(fields, seeds);
  const keys = Object.keys(fields);
  const came = keys.length > 0 ? `has ${keys.join(', ')} and` : 'is empty and';
  fail('data', `${came} names no data. Allowed: one of name, csv, x. Write ${EXAMPLE}.`);
}

function common(fields: Fields, { root, within }: Seeds) {
  return {
    seed: integer('data.seed', fields.seed ?? root, within),
    validationFraction: number(
      'data.validationFraction',
      fields.validationFraction ?? DEFAULTS.validationFraction,
      RANGES.fraction,
      'It is the fraction of the training rows held out; for a fifth write 0.2.',
    ),
    standardize: flag('data.standardize', fields.standardize ?? DEFAULTS.standardize),
  };
}

// ---------------------------------------------------------------- built in

function validateBuiltIn(fields: Fields, seeds: Seeds): Required<BuiltInData> {
  const name = oneOf('data.name', fields.name, BUILT_IN_NAMES);
  object('data', fields, `the built-in data "${name}"`, BUILT_IN_KEYS, EXAMPLE);
  const { rows, testRows } = validateRowCounts(name, fields);
  const noise = validateNoise(name, fields.noise);
  const { seed, ...rest } = common(fields, seeds);
  const next = seeds.within.holds(seed + 1) ? seed + 1 : 0;
  const testSeed = integer('data.testSeed', fields.testSeed ?? next, seeds.within);
  return { name, rows, testRows, noise, seed, testSeed, ...rest };
}

function validateRowCounts(name: BuiltInDataName, fields: Fields): { rows: number; testRows: number } {
  const defaults = name === 'digits' ? digitsSplit(fields) : BUILT_IN[name];
  const rows = integer('data.rows', fields.rows ?? defaults.rows, RANGES.rows);
  const testRows = integer('data.testRows', fields.testRows ?? defaults.testRows, RANGES.testRows);
  if (name === 'digits' && rows + testRows > DIGITS_EXAMPLES) {
    const path = fields.rows === undefined ? 'data.testRows' : 'data.rows';
    fail(
      path,
      `${rows} rows and ${testRows} test rows are more than the ${DIGITS_EXAMPLES} examples of digits. Ask for fewer.`,
    );
  }
  return { rows, testRows };
}

/** The digits are a fixed set: whichever count is left out takes what the other leaves. */
function digitsSplit({ rows, testRows }: Fields): { rows: number; testRows: number } {
  const { testRows: fifth, rows: rest } = BUILT_IN.digits;
  return {
    rows: typeof testRows === 'number' ? Math.max(DIGITS_EXAMPLES - testRows, 2) : rest,
    testRows: typeof rows === 'number' ? Math.max(Math.min(fifth, DIGITS_EXAMPLES - rows), 0) : fifth,
  };
}

function validateNoise(name: BuiltInDataName, value: unknown): number {
  const fallback = BUILT_IN[name].noise;
  const noise = number('data.noise', value ?? fallback ?? 0, RANGES.noise, 'It is a standard deviation.');
  if (fallback === null && noise !== 0) {
    fail('data.noise', `${noise}, but ${name} has no noise to set. Allowed: 0. Remove it.`);
  }
  return noise;
}

// ---------------------------------------------------------------- CSV

function validateCsv(fields: Fields, seeds: Seeds): CanonicalData {
  object('data', fields, 'CSV data', CSV_KEYS, EXAMPLE);
  if (fields.testCsv !== undefined && fields.testFraction !== undefined) {
    fail('data.testFraction', 'given together with data.testCsv. Allowed: one source of test rows. Remove one.');
  }
  const label = required('data', fields, 'label', 'Write the name of the column that holds the labels.');
  const data: CsvData = { csv: word('data.csv', fields.csv), label: word('data.label', label) };
  if (fields.omit !== undefined) data.omit = validateOmit(fields.omit, data.label);
  if (fields.testCsv !== undefined) data.testCsv = word('data.testCsv', fields.testCsv);
  if (fields.testFraction !== undefined) {
    const advice = 'It is the fraction of the rows kept for testing; without test rows leave it out.';
    data.testFraction = number('data.testFraction', fields.testFraction, RANGES.openFraction, advice);
  }
  return { ...data, ...common(fields, seeds) };
}

function validateOmit(value: unknown, label: string): string[] {
  const names = list('data.omit', value, 'names of columns', word);
  names.forEach((name, i) => {
    const path = `data.omit[${i}]`;
    if (name === label) fail(path, `${show(name)} is the label, which is learned. Allowed: other columns. Remove it.`);
    if (names.indexOf(name) < i) fail(path, `${show(name)} is there already. Allowed: each column once. Remove it.`);
  });
  return names;
}

// ---------------------------------------------------------------- inline rows

function validateInline(fields: Fields, seeds: Seeds, loss: LossName | undefined): CanonicalData {
  object('data', fields, 'inline data', INLINE_KEYS, EXAMPLE);
  const y = required('data', fields, 'y', 'Write one label for each row of data.x.');
  const train = readRows('x', fields.x, 'y', y);
  const data: InlineData = { x: train.x, y: train.y };
  const testKey = fields.testX === undefined ? 'testX' : 'testY';
  if (fields.testX !== undefined || fields.testY !== undefined) {
    required('data', fields, testKey, 'Give data.testX and data.testY together, or neither.');
    const test = readRows('testX', fields.testX, 'testY', fields.testY, train.x[0]?.length, widthOf(train.y));
    data.testX = test.x;
    data.testY = test.y;
  }
  checkTargets(data, loss);
  const canonical = { ...data, ...common(fields, seeds) };
  if (canonical.validationFraction > 0 && data.x.length < 2) {
    fail('data.validationFraction', `${canonical.validationFraction} of one row cannot be held out. Give more rows.`);
  }
  return canonical;
}

function readRows(xKey: string, xs: unknown, yKey: string, ys: unknown, columns?: number, targets?: number | null) {
  const x = table(`data.${xKey}`, xs, 'numbers', anyNumber, columns);
  const y = readLabels(`data.${yKey}`, ys, targets);
  if (y.length !== x.length) {
    fail(`data.${yKey}`, `has ${y.length} labels for ${x.length} rows of data.${xKey}. Give one for each row.`);
  }
  return { x, y };
}

/** `targets` is the width of the training targets (null for plain labels), where the test rows must agree with it. */
function readLabels(path: string, value: unknown, targets?: number | null): number[] | number[][] {
  const rows = Array.isArray(value) && Array.isArray(value[0]);
  if (targets !== undefined && rows !== (targets !== null)) {
    fail(
      path,
      `${show(value)} is not like data.y. Write ${targets === null ? 'one number' : 'a row of targets'} for each row.`,
    );
  }
  return rows ? table(path, value, 'targets', anyNumber, targets ?? undefined) : list(path, value, 'labels', anyNumber);
}

const widthOf = (y: number[] | number[][]) => (Array.isArray(y[0]) ? y[0].length : null);

/** Sigmoid cross-entropy takes targets between 0 and 1; softmax takes whole numbers. */
function checkTargets(data: InlineData, loss: LossName | undefined): void {
  if (loss !== 'sigmoidCrossEntropy' && loss !== 'softmaxCrossEntropy') return;
  const checkOne = (path: string, target: number): unknown =>
    loss === 'softmaxCrossEntropy'
      ? integer(path, target, RANGES.classIndex, 'Write class indices 0, 1, 2, … for softmaxCrossEntropy.')
      : number(path, target, RANGES.probability, 'Write 0, 1 or a number between for sigmoidCrossEntropy.');
  for (const key of ['y', 'testY'] as const) {
    for (const [i, row] of (data[key] ?? []).entries()) {
      if (typeof row === 'number') checkOne(`data.${key}[${i}]`, row);
      else for (const [j, target] of row.entries()) checkOne(`data.${key}[${i}][${j}]`, target);
    }
  }
}

// ---------------------------------------------------------------- what is known before reading

/** The shape of the data, or null for CSV files, which are not read yet. */
export function shapeOf(data: CanonicalData, loss: LossName | undefined): DataShape | null {
  if ('csv' in data) return null;
  const trainRowsOf = (rows: number) => rows - heldOutRows(rows, data.validationFraction);
  if ('name' in data) {
    const { inputs, classes } = BUILT_IN[data.name];
    return {
      inputs,
      trainRows: trainRowsOf(data.rows),
      targets: 1,
      classes: loss === 'meanSquaredError' ? null : classes,
    };
  }
  return { inputs: data.x[0]?.length ?? 0, trainRows: trainRowsOf(data.x.length), ...labelsOf(data, loss) };
}

/** Whole numbers from 0 on are class indices, unless the loss says that they are plain numbers. */
function labelsOf({ y, testY }: InlineData, loss: LossName | undefined): Pick<DataShape, 'classes' | 'targets'> {
  const targets = widthOf(y);
  if (targets !== null) return { classes: null, targets };
  const labels = [...y, ...(testY ?? [])] as number[];
  const whole = labels.every((label) => Number.isInteger(label) && RANGES.classIndex.holds(label));
  if (!whole || loss === 'meanSquaredError') return { classes: null, targets: 1 };
  return { classes: labels.reduce((most, label) => Math.max(most, label + 1), 2), targets: 1 };
}
