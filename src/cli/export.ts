// `basin export`: a run as a program for another framework, or its rows.

import { toCsv } from '../io/rows.ts';
import { toKeras } from '../io/snippets/keras.ts';
import { toPyTorch } from '../io/snippets/pytorch.ts';
import { prepareRun } from '../train/session.ts';
import { choice, type OptionKinds, positionals, readArguments } from './args.ts';
import { about, readRun } from './documents.ts';
import { EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { openOutput } from './output.ts';

const OPTIONS = { '--to': 'pytorch|keras|rows', '--out': 'FILE' } as const satisfies OptionKinds;

export async function exportCommand(argv: readonly string[], io: Io): Promise<number> {
  const { positionals: given, options } = readArguments(argv, OPTIONS, 'basin export');
  const [name] = positionals(given, ['PRESET|RUN.json|-'], 'basin export');
  const to = choice(options, '--to', ['pytorch', 'keras', 'rows'], 'pytorch');
  const out = openOutput(io, options, '--out');
  const document = await readRun(io, name!);
  const { fitted, data } = await about(document, () => prepareRun(document.value, document.readText));
  const write = { pytorch: () => toPyTorch(fitted), keras: () => toKeras(fitted), rows: () => toCsv(data) };
  const text = write[to]();
  if (out) await out.write(text);
  else await io.stdout(text);
  return EXIT.done;
}
