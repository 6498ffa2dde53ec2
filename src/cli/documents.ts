// Documents by the names that people type: a preset's id, a file, or `-` for standard input.

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SpecError } from '../core/errors.ts';
import type { ReadText } from '../data/load.ts';
import { presets } from '../spec/presets.ts';
import { suggest } from '../spec/suggest.ts';
import { InputError } from './exit.ts';
import type { Io } from './io.ts';
import { findJsonProblem } from './json-position.ts';

export interface Document {
  /** For messages. */
  readonly name: string;
  readonly value: unknown;
  /** Reads the files that the document names: their paths count from where it lies. */
  readonly readText: ReadText;
}

/** @throws InputError where there is none of the name, or it is not JSON. */
export async function readDocument(io: Io, name: string): Promise<Document> {
  if (name === '-') return parse('standard input', await io.readStdin(), io.cwd);
  const path = resolve(io.cwd, name);
  return parse(name, await readInput(path, name), dirname(path));
}

/** Like `readDocument`, for a document that may also be a preset. */
export async function readRun(io: Io, name: string): Promise<Document> {
  if (Object.hasOwn(presets, name)) return { name, value: presets[name], readText: relativeTo(io.cwd) };
  try {
    return await readDocument(io, name);
  } catch (error) {
    if (name.endsWith('.json') || !(error instanceof MissingFile)) throw error;
    throw new InputError(
      `${name}: is neither a preset nor a file. ${nearPresets(name)} \`basin presets\` lists all of them.`,
    );
  }
}

/** Runs `work` with the document's name before the paths of its errors. */
export async function about<T>(document: Document, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SpecError) throw new SpecError(`${document.name}: ${error.path}`, withoutPath(error));
    throw error;
  }
}

const withoutPath = ({ path, message }: SpecError) => message.slice(path.length + 2);

class MissingFile extends InputError {}

/** The text of a file that the command line names. */
async function readInput(path: string, name: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path, name));
}

export async function readBytes(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new MissingFile(`${name}: there is no such file (${path}). Correct the path.`);
    if (code === 'EISDIR') throw new InputError(`${name}: is a folder. Name a file in it.`);
    throw new InputError(`${name}: cannot be read (${message}). Allowed: a file that you may read.`);
  }
}

function parse(name: string, text: string, folder: string): Document {
  const plain = text.replace(/^\ufeff/, '');
  if (plain.trim() === '') throw new InputError(`${name}:1:1: is empty. Allowed: a JSON document.`);
  try {
    return { name, value: JSON.parse(plain), readText: relativeTo(folder) };
  } catch (cause) {
    const { line, column, what } = findJsonProblem(plain) ?? { line: 1, column: 1, what: (cause as Error).message };
    throw new InputError(`${name}:${line}:${column}: is not JSON: found ${what}.`);
  }
}

function relativeTo(folder: string): ReadText {
  return (path) => readFile(resolve(folder, path), 'utf8');
}

/** Presets that the person may have meant: a near spelling, else those that contain a part of the name. */
function nearPresets(name: string): string {
  const ids = Object.keys(presets);
  const part = (id: string) => id.split('/').at(-1)!;
  const near = suggest(name, ids);
  if (near !== undefined) return `Did you mean ${near}?`;
  const words = name
    .toLowerCase()
    .split(/[/\s_.]+/)
    .filter((word) => word.length > 1);
  const alike = ids.filter((id) => words.some((word) => part(id) === word || suggest(word, [part(id)]) !== undefined));
  const family = ids.filter((id) => words.some((word) => id.includes(word) || suggest(word, [id.split('/')[0]!])));
  const chosen = alike.length > 0 ? alike : family;
  return chosen.length > 0
    ? `Did you mean ${chosen.slice(0, 4).join(' or ')}?`
    : 'Allowed: a preset, a JSON file or -.';
}
