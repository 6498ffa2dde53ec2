// From the run document to the rows that it trains on: read or generate, hold test rows out, hold validation rows out,
// standardize by what is left. Files are read by whoever calls; this module knows no file system.

import { BasinError, DataError } from '../core/errors.ts';
import { BUILT_IN } from '../spec/defaults.ts';
import type { CanonicalData, CanonicalRun, LossName } from '../spec/types.ts';
import { shapeOf } from '../spec/validate-data.ts';
import { generate } from './builtin.ts';
import type { Table } from './csv.ts';
import type { Dataset, Rows } from './dataset.ts';
import { holdOut } from './split.ts';
import { fitScaling, type Scaling, scale } from './standardize.ts';

/** What new rows need to be treated as the training rows were. */
export interface LoadedDataset extends Dataset {
  /** Names of the columns of x, where a CSV gives them. */
  readonly columns: readonly string[] | null;
  /** What was taken off the columns of x, where the run says `standardize`. */
  readonly scaling: Scaling | null;
}

/** The text of a file, by its path as the run document writes it. */
export type ReadText = (path: string) => Promise<string>;

type Source = Omit<LoadedDataset, 'validation' | 'scaling'>;
type BuiltIn = Extract<CanonicalData, { name: string }>;
type Csv = Extract<CanonicalData, { csv: string }>;
type Inline = Extract<CanonicalData, { x: number[][] }>;

async function fromBuiltIn(data: BuiltIn, run: CanonicalRun): Promise<Source> {
  const { inputs, classes } = BUILT_IN[data.name];
  const known = run.loss === 'meanSquaredError' ? null : classes;
  return { inputs, targets: 1, classes: known, classNames: null, columns: null, ...(await generate(data, run.rng)) };
}

// ---------------------------------------------------------------- inline rows

function inlineRows(x: Inline['x'], y: Inline['y']): Rows {
  return { count: x.length, x: Float64Array.from(x.flat()), y: Float64Array.from(y.flat()) };
}

/** validate() has checked the rows; `testX` and `testY` come together. */
function fromInline(data: Inline, loss: LossName | undefined): Source {
  const shape = shapeOf(data, loss);
  if (!shape) throw new BasinError('data: rows in the document have no shape.');
  const { inputs, targets, classes } = shape;
  const test = data.testX && data.testY ? inlineRows(data.testX, data.testY) : null;
  return { inputs, targets, classes, classNames: null, columns: null, train: inlineRows(data.x, data.y), test };
}

// ---------------------------------------------------------------- CSV files

async function readTable(path: string, readText: ReadText): Promise<Table> {
  const { parseCsv } = await import('./csv.ts'); // its parser is of use to CSV data only
  return parseCsv(await textOf(path, readText), path);
}

async function textOf(path: string, readText: ReadText): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof BasinError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(path, `cannot be read (${reason}). Paths count from the run document. Correct the path.`);
  }
}

function inputColumns({ file, columns }: Table, label: string, omit: readonly string[]): string[] {
  const inputs = columns.filter((name) => name !== label && !omit.includes(name));
  if (inputs.length > 0) return inputs;
  const came = omit.length > 0 ? 'data.omit leaves no input column' : `"${label}" is the only column`;
  throw new DataError(`${file}:1`, `${came}. Allowed: one input column or more. Add one.`);
}

/** The test file has the columns of the training file, in any order. */
function checkSameColumns(test: Table, train: Table): void {
  const extra = test.columns.find((name) => !train.columns.includes(name));
  const lacking = train.columns.find((name) => !test.columns.includes(name));
  if (extra === undefined && lacking === undefined) return;
  const came = lacking === undefined ? `has a column "${extra}" too many` : `lacks the column "${lacking}"`;
  const allowed = `Allowed: the columns of ${train.file}: ${train.columns.join(', ')}`;
  throw new DataError(`${test.file}:1`, `the test file ${came}. ${allowed}. Make the two alike.`);
}

async function fromCsv(data: Csv, run: CanonicalRun, readText: ReadText): Promise<Source> {
  const { readLabels, readTestLabels } = await import('./labels.ts');
  const { columnIndex, numbersOf } = await import('./csv.ts');
  const table = await readTable(data.csv, readText);
  const labels = readLabels(table, data.label, run.loss);
  const { omit = [] } = data;
  for (const name of omit) columnIndex(table, name, 'data.omit');
  const columns = inputColumns(table, data.label, omit);
  const train = { count: table.rows.length, x: numbersOf(table, columns), y: labels.y };
  const { classes, classNames } = labels;
  const source = { inputs: columns.length, targets: 1, classes, classNames, columns, train, test: null };
  if (data.testCsv === undefined) return source;
  const testTable = await readTable(data.testCsv, readText);
  checkSameColumns(testTable, table);
  const y = readTestLabels(testTable, data.label, labels);
  return { ...source, test: { count: y.length, x: numbersOf(testTable, columns), y } };
}

function withoutReader(path: string): never {
  throw new DataError(
    path,
    'this is a file, and nothing was passed that reads files. Pass readText: (path) => Promise<string> in the options.',
  );
}

// ---------------------------------------------------------------- all of it

function read(run: CanonicalRun, readText: ReadText | undefined): Promise<Source> | Source {
  const { data } = run;
  if ('name' in data) return fromBuiltIn(data, run);
  if ('csv' in data) return fromCsv(data, run, readText ?? withoutReader);
  return fromInline(data, run.loss);
}

/** The rows that stay in training and those held out, or null where none are asked for. */
function split(rows: Rows, inputs: number, fraction: number, seed: number, purpose: 'test' | 'validation') {
  if (fraction === 0) return { kept: rows, held: null };
  if (rows.count < 2) {
    throw new DataError(`data.${purpose}Fraction`, `${fraction} of one row cannot be held out. Give more rows.`);
  }
  return holdOut(rows, inputs, fraction, seed, purpose);
}

function standardized<T extends Pick<LoadedDataset, 'inputs' | 'train' | 'validation' | 'test'>>(source: T) {
  const scaling = fitScaling(source.train, source.inputs);
  const scaled = <R extends Rows | null>(rows: R) => rows && { ...rows, x: scale(rows.x, scaling) };
  const { train, validation, test } = source;
  return { ...source, train: scaled(train), validation: scaled(validation), test: scaled(test), scaling };
}

/**
 * The data set of a run.
 *
 * @param readText reads the files that CSV data names; nothing else needs it.
 * @throws DataError naming file:line:column, or the path in the run document.
 */
export async function loadDataset(run: CanonicalRun, readText?: ReadText): Promise<LoadedDataset> {
  const { data } = run;
  const source = await read(run, readText);
  const testFraction = ('csv' in data && data.testFraction) || 0;
  const tested = split(source.train, source.inputs, testFraction, data.seed, 'test');
  const validated = split(tested.kept, source.inputs, data.validationFraction, data.seed, 'validation');
  const parts = { train: validated.kept, validation: validated.held, test: tested.held ?? source.test };
  if (data.standardize) return standardized({ ...source, ...parts });
  return { ...source, ...parts, scaling: null };
}
