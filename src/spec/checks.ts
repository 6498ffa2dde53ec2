// Small readers of untrusted JSON: each returns the value with its type, or throws a SpecError that says
// where, what came, what is allowed and what to do. They know nothing about run documents.
import { SpecError } from '../core/errors.ts';
import { suggest } from './suggest.ts';

export function fail(path: string, message: string): never {
  throw new SpecError(path, message);
}

/** `parent.key`, or `key` at the root of the document. */
export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** A value as it would be written in JSON, cut to one short line. */
export function show(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** `1 row`, `2 rows` */
export function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

// ---------------------------------------------------------------- numbers

export interface Interval {
  /** As people write it: `[0, 1)`. */
  readonly text: string;
  holds(x: number): boolean;
}

/** Reads the notation: `interval('[0, 1)')` holds 0 and not 1; `∞` is allowed as an end. */
export function interval(text: string): Interval {
  const parts = /^([[(])(\S+), (\S+)([\])])$/.exec(text);
  if (!parts) throw new RangeError(`"${text}" is not an interval such as [0, 1)`);
  const low = Number(parts[2]);
  const high = parts[3] === '∞' ? Infinity : Number(parts[3]);
  const aboveLow = parts[1] === '[' ? (x: number) => x >= low : (x: number) => x > low;
  const belowHigh = parts[4] === ']' ? (x: number) => x <= high : (x: number) => x < high;
  return { text, holds: (x) => aboveLow(x) && belowHigh(x) };
}

export const ANY_NUMBER: Interval = { text: '(-∞, ∞)', holds: () => true };

function finite(path: string, value: unknown, allowed: string, advice: string): number {
  if (typeof value !== 'number') fail(path, `${show(value)} is not a number. Allowed: ${allowed}. ${advice}`);
  if (!Number.isFinite(value)) fail(path, `${value} is not finite. Allowed: ${allowed}. ${advice}`);
  return value;
}

const INSIDE = 'Write a number inside.';

export function number(path: string, value: unknown, within = ANY_NUMBER, advice = INSIDE): number {
  const x = finite(path, value, `a number in ${within.text}`, advice);
  if (!within.holds(x)) fail(path, `${x} is outside ${within.text}. ${advice}`);
  return x;
}

/** Any finite number: `number` as an item of a list. */
export const anyNumber = (path: string, value: unknown): number => number(path, value);

export function integer(path: string, value: unknown, within: Interval, advice = INSIDE): number {
  const allowed = `a whole number in ${within.text}`;
  const x = finite(path, value, allowed, advice);
  if (!Number.isInteger(x)) fail(path, `${x} is not a whole number. Allowed: ${allowed}. ${advice}`);
  if (!within.holds(x)) fail(path, `${x} is outside ${within.text}. ${advice}`);
  return x;
}

// ---------------------------------------------------------------- words, lists, objects

export function flag(path: string, value: unknown): boolean {
  if (typeof value !== 'boolean')
    fail(path, `${show(value)} is neither true nor false. Write one of them, without quotes.`);
  return value;
}

export function text(path: string, value: unknown): string {
  if (typeof value !== 'string') fail(path, `${show(value)} is not text. Write it in double quotes.`);
  return value;
}

/** Text with at least one character, such as a path or a column's name. */
export function word(path: string, value: unknown): string {
  const read = text(path, value);
  if (read === '') fail(path, '"" is empty. Write a name, or leave the key out where it is optional.');
  return read;
}

export function oneOf<T extends string>(path: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  const hint = typeof value === 'string' ? suggest(value, allowed) : undefined;
  const ending = hint === undefined ? ' Write one of these.' : ` Did you mean "${hint}"?`;
  fail(path, `${show(value)} is not one of ${allowed.join(', ')}.${ending}`);
}

type Item<T> = (path: string, value: unknown, index: number) => T;

/** Reads every item of a list of at least one. `what` names the items, for the message. */
export function list<T>(path: string, value: unknown, what: string, item: Item<T>): T[] {
  if (!Array.isArray(value)) fail(path, `${show(value)} is not a list. Allowed: a list of ${what}, [ … ].`);
  if (value.length === 0) fail(path, `the list is empty. Allowed: at least one of ${what}.`);
  // By place, not by `map`, which passes over holes.
  return Array.from({ length: value.length }, (_, i) => {
    if (!(i in value)) fail(`${path}[${i}]`, `is a hole in the list. Allowed: ${what}, without gaps. Fill it in.`);
    return item(`${path}[${i}]`, value[i], i);
  });
}

/** Lists of equal length inside a list; `columns` is the length asked for, where it is known already. */
export function table<T>(path: string, value: unknown, what: string, item: Item<T>, columns?: number): T[][] {
  const rows = list(path, value, 'rows', (at, row) => list(at, row, what, item));
  const width = columns ?? rows[0]?.length ?? 0;
  const ragged = rows.findIndex((row) => row.length !== width);
  if (ragged >= 0) {
    const other = columns === undefined ? `where ${path}[0] has ${width}` : `and ${width} are needed`;
    fail(`${path}[${ragged}]`, `has ${rows[ragged]?.length} ${what} ${other}. Make every row equally long.`);
  }
  return rows;
}

export type Fields = { readonly [key: string]: unknown };

/** A plain object; `example` shows what to write instead of anything else. Keys that are undefined count as absent. */
export function anyObject(path: string, value: unknown, example: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail(path, `${show(value)} is not an object. Write for example ${example}.`);
  }
  const present = Object.entries(value).filter(([, each]) => each !== undefined);
  const empty = present.find(([, each]) => each === null);
  if (empty) fail(join(atRoot(path), empty[0]), 'null is not a value here. Leave the key out to have its default.');
  return Object.fromEntries(present);
}

/** A plain object with no other keys than these. `owner` names what the keys belong to, for the message. */
export function object(path: string, value: unknown, owner: string, keys: readonly string[], example: string): Fields {
  const fields = anyObject(path, value, example);
  const unknownKey = Object.keys(fields).find((key) => !keys.includes(key));
  if (unknownKey !== undefined) failUnknownKey(join(atRoot(path), unknownKey), unknownKey, owner, keys);
  return fields;
}

/** Messages about the whole document say `run` or `sweep`; paths inside it start at its keys. */
const atRoot = (path: string) => (path === 'run' || path === 'sweep' ? '' : path);

export function failUnknownKey(path: string, key: string, owner: string, keys: readonly string[]): never {
  const hint = suggest(key, keys);
  const question = hint === undefined ? 'Remove it, or take one of these.' : `Did you mean "${hint}"?`;
  fail(path, `"${key}" is not a key of ${owner}. Allowed: ${keys.join(', ')}. ${question}`);
}

export function required(path: string, fields: Fields, key: string, remedy: string): unknown {
  if (fields[key] === undefined) fail(join(atRoot(path), key), `is missing. ${remedy}`);
  return fields[key];
}
