// What every script needs first: the development dependencies, and one process at a time that installs or builds.
// All talk goes to stderr.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const LOCK = join(root, '.cache', 'lock');

function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Latest modification under `path` in milliseconds, folders included (a deleted file changes its folder); 0 where it is absent. */
function newestMs(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), stats.mtimeMs);
}

/** Whether `output` is missing or older than anything under `sources`; all are paths from the root. */
export function isStale(output, sources) {
  const built = modifiedMs(join(root, output));
  return built === 0 || sources.some((source) => newestMs(join(root, source)) > built);
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// The lock file holds the process that has it, so that one left by a killed process can be told.
function takeLock() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (existsSync(LOCK) && !isRunning(Number(readFileSync(LOCK, 'utf8')))) rmSync(LOCK, { force: true });
    return false;
  }
}

/** Runs `work` when `isNeeded()`, in one process of this checkout at a time. */
export function onceWhen(isNeeded, work) {
  if (!isNeeded()) return;
  mkdirSync(dirname(LOCK), { recursive: true });
  while (!takeLock()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  const release = () => rmSync(LOCK, { force: true });
  process.once('exit', release);
  if (isNeeded()) work();
  process.removeListener('exit', release);
  release();
}

/** Runs a Node script from the root to its end, its stdout on stderr; gives whether it succeeded. */
export function runNode(script, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  return status === 0;
}

function npmCi() {
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  // npm names its own file to its scripts; run by Node, it needs no shell on any system.
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js') && existsSync(npm)) return spawnSync(process.execPath, [npm, 'ci'], options);
  return spawnSync('npm ci', { ...options, shell: true });
}

function install() {
  console.error('basin: installing development dependencies (npm ci) …');
  const { status } = npmCi();
  if (status === 0) return;
  console.error('basin: npm ci failed, see above.');
  process.exit(1);
}

/** Installs node_modules when missing or older than package-lock.json. */
export function ensureInstalled() {
  // npm writes this file last, so an interrupted installation does not count.
  onceWhen(() => isStale('node_modules/.package-lock.json', ['package-lock.json']), install);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureInstalled();
