// `basin presets`: their names, and a line about each.

import { presetNotes, presets } from '../spec/presets.ts';
import { positionals, readArguments } from './args.ts';
import { EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { table } from './text.ts';

export async function presetsCommand(argv: readonly string[], io: Io): Promise<number> {
  positionals(readArguments(argv, {}, 'basin presets').positionals, [], 'basin presets');
  await io.stdout(table(Object.keys(presets).map((id) => [id, presetNotes[id] ?? ''])));
  return EXIT.done;
}
