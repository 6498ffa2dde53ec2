// Lesson: a file of one's own, with and without regularization. It lists what any CSV of classes needs.

import { signal } from '@preact/signals';
import Papa from 'papaparse';
import { type CsvData, loadDataset, type Run, validate } from '../../src/index.ts';
import { percent } from '../view/format.ts';
import {
  type CompareLesson,
  type Contender,
  NEW_POINTS,
  type Outcome,
  type Settings,
  shownAccuracy,
  stops,
} from './lesson.ts';

/** More different labels than this are numbers, not classes. */
const MOST_CLASSES = 20;

export interface OwnFile {
  readonly name: string;
  readonly text: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** The column to learn. */
  readonly label: string;
  readonly classes: number;
  /** Columns that somebody has left out. */
  readonly omit: readonly string[];
  /** What else is neither the label nor numbers all the way down. */
  readonly unusable: readonly Unusable[];
}

/** A column with the first of its cells that is no number. */
export interface Unusable {
  readonly column: string;
  readonly cell: string;
  /** Of the rows under the header, from 1. */
  readonly row: number;
}

/** The file that was dropped; it stays in this browser. */
export const ownFile = signal<OwnFile | null>(null);
export const fileProblem = signal<string | null>(null);

const FEWEST_ROWS = 8;

/** @throws Error in words for the person whose file it is */
function tableOf(name: string, text: string): { columns: string[]; rows: string[][] } {
  if (text.includes('\0')) throw new Error(`${name} is no text file. Save the table as CSV.`);
  const plain = text.replace(/^\uFEFF/, '').trim();
  const needs = `one line with the names of its columns, and ${FEWEST_ROWS} rows or more under it`;
  if (plain === '') throw new Error(`${name} is empty. It needs ${needs}.`);
  const { data } = Papa.parse<string[]>(plain, { skipEmptyLines: 'greedy' });
  const [header = [], ...rows] = data.map((cells) => cells.map((cell) => cell.trim()));
  if (rows.length < FEWEST_ROWS) {
    const came = rows.length === 0 ? 'nothing' : rows.length === 1 ? 'one row' : `${rows.length} rows`;
    throw new Error(`${name} has ${came} under its header. It needs ${needs}.`);
  }
  if (header.length < 2) throw new Error(`${name} has one column only. It needs inputs and a label.`);
  return { columns: header, rows };
}

/** Different values in a column. */
const valuesIn = (rows: readonly string[][], column: number): number =>
  new Set(rows.map((cells) => cells[column])).size;

/** By its name, then by its place: the first that has classes. (A y beside an x is no label.) */
function guessLabel(columns: readonly string[], rows: readonly string[][]): string {
  const named = (pattern: RegExp) => columns.findIndex((column) => pattern.test(column));
  const likely = [named(/^(label|class|target|species)$/i), named(/^y$/i), columns.length - 1].filter((i) => i >= 0);
  const hasClasses = (column: number) => valuesIn(rows, column) <= MOST_CLASSES;
  return columns[likely.find(hasClasses) ?? likely[0]!]!;
}

const isNumber = (cell: string | undefined) => !!cell && Number.isFinite(Number(cell));

/** @throws Error in words for the person whose file it is */
export function readOwnFile(
  name: string,
  text: string,
  { label, omit = [] }: { label?: string; omit?: readonly string[] } = {},
): OwnFile {
  const { columns, rows } = tableOf(name, text);
  const chosen = label ?? guessLabel(columns, rows);
  const left = omit.filter((column) => column !== chosen);
  const unusable = columns.flatMap((column, i) => {
    const row = column === chosen || left.includes(column) ? -1 : rows.findIndex((cells) => !isNumber(cells[i]));
    return row < 0 ? [] : [{ column, cell: rows[row]![i] ?? '', row: row + 1 }];
  });
  const classes = valuesIn(rows, columns.indexOf(chosen));
  return { name, text, columns, rows: rows.length, label: chosen, classes, omit: left, unusable };
}

/** A table of three groups of points, for who has none at hand. */
export async function exampleFile(): Promise<OwnFile> {
  const data = { name: 'blobs', rows: 240, testRows: 0, noise: 0.6 } as const;
  const { train } = await loadDataset(validate({ basin: 1, data, layers: [{ units: 3 }] }));
  const rows = Array.from(train.y, (group, i) => {
    const [x, y] = [train.x[2 * i]!, train.x[2 * i + 1]!];
    return `${x.toFixed(3)},${y.toFixed(3)},${'ABC'[group]}`;
  });
  return readOwnFile('three-groups.csv', ['x,y,group', ...rows].join('\n'));
}

/** Columns that the network takes in. */
export const inputsOf = ({ columns, omit }: OwnFile): number => columns.length - 1 - omit.length;

/** What the run document says of the file. */
export const dataOf = ({ name, label, omit }: OwnFile): CsvData => ({
  csv: name,
  label,
  ...(omit.length > 0 && { omit: [...omit] }),
  testFraction: 0.25,
  standardize: true,
});

/** Why a column cannot be learned here, or null. */
function labelProblem({ label, classes }: OwnFile): string | null {
  if (classes < 2) return `Every row has the same “${label}”. Choose a column with two classes or more.`;
  if (classes <= MOST_CLASSES) return null;
  return `“${label}” has ${classes} different values. Choose a column with ${MOST_CLASSES} classes at most.`;
}

function inputProblem(file: OwnFile): string | null {
  const { unusable } = file;
  if (unusable.length === 0) return null;
  const cell = ({ column, cell, row }: Unusable) =>
    `“${column}” has ${cell === '' ? 'nothing' : `“${cell.slice(0, 30)}”`} in row ${row}`;
  const all = `Inputs must be numbers, but ${unusable.slice(0, 3).map(cell).join(', ')}`;
  const more = unusable.length > 3 ? `, and ${unusable.length - 3} more columns are like these` : '';
  const remedy =
    unusable.length < inputsOf(file) ? 'Leave out what is no number, or mend the file.' : 'Mend the file first.';
  return `${all}${more}. ${remedy}`;
}

/** Why the file cannot be learned from as it is, or null. */
export const obstacle = (file: OwnFile): string | null => labelProblem(file) ?? inputProblem(file);

function base({ units, steps, seed }: Settings): Run {
  const file = ownFile.value!;
  const outputs = file.classes === 2 ? 1 : file.classes;
  return {
    basin: 1,
    name: file.name,
    seed: seed!,
    data: dataOf(file),
    layers: [{ units: units! }, { units: units! }, { units: outputs }],
    optimizer: { name: 'adam', learningRate: 0.01 },
    batch: { size: 64 },
    steps: steps!,
  };
}

function contenders({ l2, dropRate }: Settings): Contender[] {
  return [
    { id: 'none', label: 'No regularization', note: 'free to follow every row', patch: {} },
    { id: 'l2', label: 'L2', note: `large weights cost extra, λ = ${l2}`, patch: { l2: l2! } },
    {
      id: 'dropout',
      label: 'Dropout',
      note: `${percent(dropRate!, 0)} of the hidden units sit out`,
      patch: { dropRate: dropRate! },
    },
  ];
}

function explain(outcomes: readonly Outcome[]): string[] {
  return outcomes.map(({ contender, scores }) => {
    const [own, fresh] = [scores.train.accuracy ?? Number.NaN, shownAccuracy(scores)];
    return `${contender.label}: ${percent(own)} of the rows it trained on, ${percent(fresh)} of those kept from it.`;
  });
}

export const ownData: CompareLesson = {
  kind: 'compare',
  id: 'your-data',
  title: 'Your data',
  question: 'What can be learned from your table?',
  lead: 'Drop a CSV file with one row for each example. A quarter of the rows is kept back to see what was learned. The file stays on this machine.',
  prediction: 'Which network will get the most of the kept rows right?',
  needsFile: true,
  settings: [
    {
      key: 'units',
      label: 'Units a layer',
      hint: 'Of two hidden layers.',
      values: [2, 4, 8, 16, 32, 64],
      initial: 16,
    },
    {
      key: 'steps',
      label: 'Steps',
      hint: 'Each on 64 rows.',
      values: [200, 500, 1000, 2000, 5000, 10000],
      initial: 2000,
    },
    { key: 'l2', label: 'L2 strength λ', hint: 'How much large weights cost.', values: stops(0, 3, 0.1), initial: 0.7 },
    {
      key: 'dropRate',
      label: 'Drop rate',
      hint: 'Part of the hidden units that sits out.',
      values: stops(0, 0.6, 0.02),
      initial: 0.2,
    },
    { key: 'seed', label: 'Seed', hint: 'Other rows kept back, other weights.', values: stops(0, 99, 1), initial: 0 },
  ],
  lossCeiling: 1.2,
  chart: 'own',
  luck: 'each with other random weights and other dropped units',
  aim: NEW_POINTS,
  groups: (settings) => [{ base: base(settings), contenders: contenders(settings) }],
  explain,
};
