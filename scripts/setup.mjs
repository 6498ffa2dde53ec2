// Installs the development dependencies when they are missing or older than package-lock.json. All talk goes to stderr.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout, with a trailing separator left out. */
export const root = join(fileURLToPath(new URL('.', import.meta.url)), '..');

/** Modification time in milliseconds, 0 where there is no such file. */
export function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Path of an installed package's file, for running a tool with this very Node. */
export function moduleFile(path) {
  return join(root, 'node_modules', path);
}

/** Runs a Node script to its end with stdout joined to stderr, and stops this process where it fails. */
export function runNode(args, options = {}) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (status !== 0) process.exit(1);
}

function npmCi() {
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  // npm sets npm_execpath for its scripts; that file runs on every system without a shell.
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js') && existsSync(npm)) return spawnSync(process.execPath, [npm, 'ci'], options);
  return spawnSync('npm ci', { ...options, shell: true });
}

export function ensureInstalled() {
  // npm writes this file at the end of an installation, so a broken one does not count.
  const installed = modifiedMs(moduleFile('.package-lock.json'));
  if (installed > 0 && installed >= modifiedMs(join(root, 'package-lock.json'))) return;
  console.error('basin: installing development dependencies (npm ci) …');
  const { status, error } = npmCi();
  if (status === 0) return;
  console.error(`basin: npm ci failed${error ? ` (${error.message})` : ''}. Run \`npm ci\` here to see why.`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureInstalled();
