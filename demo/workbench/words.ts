// The library's messages in the words of the page: it names settings by their path in the document, people know them by the
// label on the form. Pure.

import type { CanonicalRun } from '../../src/index.ts';
import { allFields, type Field, wordOf } from './fields.ts';

export interface Problem {
  /** Where in the document; empty where it is elsewhere. */
  readonly path: string;
  readonly message: string;
}

/** Parts of a document that have no field, or are more than one. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^data\.(x|y|testX|testY)\b/, 'Points'],
  [/^data\.(csv|testCsv)$/, 'File'],
  [/^data\.label$/, 'Label column'],
  [/^data\.testFraction$/, 'Rows kept for testing'],
  [/^data$/, 'Data'],
  [/^earlyStopping$/, 'Patience'],
  [/^init\.weights/, 'Given weights'],
  [/^batch\.order/, 'Given order of rows'],
  [/\.dropMasks/, 'Given dropout'],
  [/^optimizer\.schedule/, 'Rate schedule'],
];

/** What the form does where the library says what to write. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/"full" or an integer in/, 'empty for all rows, or a whole number in'],
  [/For all rows write "full"\./, 'For all rows leave it empty.'],
  [/Write "validationFraction": ([\d.]+) in data\./, 'Set “Held out”, under Rows, to $1.'],
  [/the list is empty\. Allowed: at least one of rows\./, 'there are none. Draw some.'],
  [/(?:write|Write) "loss": "(\w+)"/, 'choose the loss “$1”'],
  [/Paths count from the run document\. Correct the path\./, 'Choose the file again.'],
];

const NAME =
  /"?\b(sigmoidCrossEntropy|softmaxCrossEntropy|meanSquaredError|validation\.loss|validation\.accuracy)\b"?/g;
const PATH = /\b(?:layers\[\d+\]|data|optimizer|init|batch|earlyStopping|record)(?:\.\w+|\[\d+\])+/g;

export const titleOf = ({ label, owner }: Field): string => (owner === undefined ? label : `${label} of ${owner}`);

/** What the form calls the place, or null where it has no name there. */
export function labelOf(path: string, run: CanonicalRun): string | null {
  const field = allFields(run).find((each) => each.path === path);
  if (field) return titleOf(field);
  return PARTS.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** The message without its place, for the field itself. */
export function saidAtField({ path, message }: Problem, run: CanonicalRun): string {
  const rest = message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
  const remedied = REMEDIES.reduce((text, [pattern, words]) => text.replace(pattern, words), rest);
  const quoted = (text: string) => `“${text}”`;
  return remedied
    .replace(/“(\w+)”/g, (_, name: string) => quoted(wordOf(name)))
    .replace(NAME, (_, name: string) => quoted(wordOf(name)))
    .replace(PATH, (found) => quoted(labelOf(found, run) ?? found));
}

/** The message with its place, for anywhere else on the page. */
export function saidOnPage(problem: Problem, run: CanonicalRun): string {
  const label = problem.path === '' ? null : labelOf(problem.path, run);
  const said = saidAtField(problem, run);
  return label === null ? said : `${label}: ${said}`;
}

/** Its first sentence, where there is little room. */
export const inShort = (said: string): string => /^.*?[^.\d]\.(?= [A-Z])|^.*$/.exec(said)?.[0] ?? said;
