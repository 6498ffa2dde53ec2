// Command-line arguments: positionals, `--flag` and `--option value` or `--option=value`.

import { suggest } from '../spec/suggest.ts';
import { InputError } from './exit.ts';

/** An option with a value says what its value is, for messages; null has none. */
export type OptionKinds = { readonly [option: string]: string | null };

export interface Arguments {
  readonly positionals: readonly string[];
  /** '' for an option without a value. */
  readonly options: ReadonlyMap<string, string>;
}

/** @param command is named in messages: `basin run`. */
export function readArguments(argv: readonly string[], kinds: OptionKinds, command: string): Arguments {
  const positionals: string[] = [];
  const options = new Map<string, string>();
  const rest = [...argv];
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word === '--') {
      positionals.push(...rest.splice(0));
    } else if (word === '-' || !word.startsWith('-')) {
      positionals.push(word);
    } else {
      const [option, value] = readOption(word, rest, kinds, command);
      if (options.has(option)) throw new InputError(`${option}: given twice. Allowed: once. Remove one.`);
      options.set(option, value);
    }
  }
  return { positionals, options };
}

function readOption(word: string, rest: string[], kinds: OptionKinds, command: string): [string, string] {
  const equals = word.indexOf('=');
  const option = equals < 0 ? word : word.slice(0, equals);
  if (!Object.hasOwn(kinds, option)) throw new InputError(unknownOption(option, Object.keys(kinds), command));
  const kind = kinds[option]!;
  if (kind === null) {
    if (equals >= 0) throw new InputError(`${option}: takes no value, but "${word}" gives one. Write ${option} alone.`);
    return [option, ''];
  }
  // A dash alone or before a digit is a value; anything else after dashes is the next option.
  const follows = rest[0] !== undefined && !/^-[^\d]/.test(rest[0]);
  const value = equals >= 0 ? word.slice(equals + 1) : follows ? rest.shift()! : '';
  if (value === '') throw new InputError(`${option}: the value is missing. Write ${option} ${kind}.`);
  return [option, value];
}

function unknownOption(option: string, known: readonly string[], command: string): string {
  if (known.length === 0) return `${option}: \`${command}\` has no options. Leave it out.`;
  const near = suggest(option, known);
  const remedy = near === undefined ? `\`${command} --help\` explains them.` : `Did you mean ${near}?`;
  return `${option}: \`${command}\` has no such option. Allowed: ${known.join(', ')}. ${remedy}`;
}

/** The value of an option that takes one of a few words. */
export function choice<T extends string>(
  options: ReadonlyMap<string, string>,
  option: string,
  allowed: readonly T[],
  fallback: T,
): T {
  const value = options.get(option);
  if (value === undefined) return fallback;
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  const near = allowed.find((each) => each.includes(value.toLowerCase())) ?? suggest(value, allowed);
  const remedy = near === undefined ? 'Write one of these.' : `Did you mean "${near}"?`;
  throw new InputError(`${option}: "${value}" is not one of ${allowed.join(', ')}. ${remedy}`);
}

/** A whole number from 0 on, or undefined where the option was not given. */
export function count(options: ReadonlyMap<string, string>, option: string): number | undefined {
  const value = options.get(option);
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new InputError(`${option}: "${value}" is not a whole number. Allowed: 0, 1, 2, … Write for example 1000.`);
}

/** The positionals, when there are as many as the command takes. */
export function positionals(given: readonly string[], names: readonly string[], command: string): readonly string[] {
  const usage = `Write \`${[command, ...names].join(' ')}\`.`;
  if (given.length < names.length) throw new InputError(`${names[given.length]}: is missing. ${usage}`);
  const extra = given[names.length];
  if (extra !== undefined) throw new InputError(`${extra}: is one argument too many. ${usage}`);
  return given;
}
