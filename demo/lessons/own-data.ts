// Lesson: a file of one's own, with and without regularization. It lists what any CSV of classes needs.

import { signal } from '@preact/signals';
import Papa from 'papaparse';
import type { Run } from '../../src/index.ts';
import { percent } from '../view/format.ts';
import { type CompareLesson, type Contender, type Outcome, type Settings, shownAccuracy, stops } from './lesson.ts';

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
}

/** The file that was dropped; it stays in this browser. */
export const ownFile = signal<OwnFile | null>(null);
export const fileProblem = signal<string | null>(null);

/** @throws Error in words for the person whose file it is */
export function readOwnFile(name: string, text: string, label?: string): OwnFile {
  if (text.includes('\0')) throw new Error(`${name} is no text file. Save the table as CSV.`);
  const { data } = Papa.parse<string[]>(text.replace(/^\uFEFF/, '').trim(), { skipEmptyLines: 'greedy' });
  const [columns = [], ...rows] = data;
  if (rows.length < 8) throw new Error(`${name} has ${rows.length} rows under its header. At least 8 are needed.`);
  if (columns.length < 2) throw new Error(`${name} has one column only. It needs inputs and a label.`);
  const named = (pattern: RegExp) => columns.find((column) => pattern.test(column.trim()));
  // A y may stand beside an x; a label is never anything else.
  const chosen = label ?? named(/^(label|class|target|species)$/i) ?? named(/^y$/i) ?? columns.at(-1)!;
  const index = columns.indexOf(chosen);
  const classes = new Set(rows.map((row) => row[index]?.trim())).size;
  return { name, text, columns, rows: rows.length, label: chosen, classes };
}

/** Why a column cannot be learned here, or null. */
export function labelProblem({ label, classes }: OwnFile): string | null {
  if (classes < 2) return `Every row has the same “${label}”. Choose a column with two classes or more.`;
  if (classes <= MOST_CLASSES) return null;
  return `“${label}” has ${classes} different values. Choose a column with ${MOST_CLASSES} classes at most.`;
}

function base({ units, steps, seed }: Settings): Run {
  const file = ownFile.value!;
  const outputs = file.classes === 2 ? 1 : file.classes;
  return {
    basin: 1,
    name: file.name,
    seed: seed!,
    data: { csv: file.name, label: file.label, testFraction: 0.25, standardize: true },
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
      note: `${percent(dropRate!, 0)} of the hidden units sit out at each step`,
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
  base,
  contenders,
  explain,
};
