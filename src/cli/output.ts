// Files that a command leaves behind: known to be writable before the work starts, whole or not there at all after it.

import { accessSync, closeSync, constants, openSync, realpathSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InputError } from './exit.ts';
import type { Io } from './io.ts';

export interface Output {
  /** As the person wrote it. */
  readonly name: string;
  write(content: string | Uint8Array): Promise<void>;
}

/** @throws InputError when the option's file could not be written later; undefined where the option was not given. */
export function openOutput(io: Io, options: ReadonlyMap<string, string>, option: string): Output | undefined {
  const name = options.get(option);
  if (name === undefined) return undefined;
  const path = targetOf(resolve(io.cwd, name));
  const fail = (came: string) => {
    throw new InputError(`${option} ${name}: ${came}. Allowed: a file in a folder where you may write.`);
  };
  const target = statsOf(path);
  if (target?.isDirectory()) fail('is a folder');
  // A device or a pipe is written to, never replaced.
  const replaces = target === undefined || target.isFile();
  const folder = dirname(path);
  if (!statsOf(folder)?.isDirectory()) fail(`there is no folder ${folder}`);
  try {
    if (replaces) probe(folder);
    else accessSync(path, constants.W_OK);
  } catch (error) {
    fail(`cannot be written (${(error as Error).message})`);
  }
  return { name, write: (content) => (replaces ? replace(path, content) : writeFile(path, content)) };
}

/** @throws InputError when two outputs would go to one file. */
export function checkDifferent(io: Io, options: ReadonlyMap<string, string>): void {
  const [out, save] = ['--out', '--save'].map((option) => options.get(option));
  if (out === undefined || save === undefined || resolve(io.cwd, out) !== resolve(io.cwd, save)) return;
  throw new InputError(`--save ${save}: is the file of --out, too. Allowed: two files. Rename one.`);
}

/** Undefined where nothing is there. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Where a link leads, so that the link itself stays. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

const draftIn = (folder: string) => join(folder, `.basin-${process.pid}-${Date.now()}.tmp`);

/** Makes a file and takes it away: permissions alone do not tell. */
function probe(folder: string): void {
  const draft = draftIn(folder);
  closeSync(openSync(draft, 'wx'));
  unlinkSync(draft);
}

async function replace(path: string, content: string | Uint8Array): Promise<void> {
  const draft = draftIn(dirname(path));
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw new InputError(`${path}: could not be written (${(error as Error).message}).`);
  }
}
