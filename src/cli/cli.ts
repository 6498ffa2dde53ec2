// `basin`: finds the command, runs it, and turns whatever happens into an exit code and a message.

import { suggest } from '../spec/suggest.ts';
import { checkCommand } from './check.ts';
import { doctorCommand } from './doctor.ts';
import { EXIT, exitCodeOf, explain, InputError } from './exit.ts';
import { exportCommand } from './export.ts';
import { COMMAND_HELP, HELP } from './help.ts';
import { type Io, say } from './io.ts';
import { predictCommand } from './predict.ts';
import { presetsCommand } from './presets.ts';
import { runCommand } from './run.ts';
import { sweepCommand } from './sweep.ts';
import { version } from './version.ts';

const COMMANDS: Readonly<Record<string, (argv: readonly string[], io: Io) => Promise<number>>> = {
  run: runCommand,
  sweep: sweepCommand,
  predict: predictCommand,
  check: checkCommand,
  export: exportCommand,
  presets: presetsCommand,
  doctor: doctorCommand,
};

const isHelp = (word: string) => word === '--help' || word === '-h';

/** @param argv what follows `basin`. Resolves to the exit code. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    say(io, explain(error));
    return exitCodeOf(error);
  }
}

async function dispatch([name, ...rest]: readonly string[], io: Io): Promise<number> {
  if (name === undefined) {
    io.stderr(HELP);
    return EXIT.badInput;
  }
  if (isHelp(name) || name === 'help') return print(io, COMMAND_HELP[rest[0] ?? ''] ?? HELP);
  if (name === '--version' || name === '-v') return print(io, `${version()}\n`);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new InputError(unknownCommand(name));
  if (rest.some(isHelp)) return print(io, COMMAND_HELP[name]!);
  return command(rest, io);
}

async function print(io: Io, text: string): Promise<number> {
  await io.stdout(text);
  return EXIT.done;
}

function unknownCommand(name: string): string {
  const names = Object.keys(COMMANDS);
  const near = suggest(name, names);
  const remedy = near === undefined ? '`basin --help` explains them.' : `Did you mean ${near}?`;
  return `${name}: is not a command. Allowed: ${names.join(', ')}. ${remedy}`;
}
