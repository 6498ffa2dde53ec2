// `npm run test:mutants [name part]`: plants known bugs one at a time and shows which test kills each; exits 1 if one survives.
// Bugs are planted in a temporary copy of the checkout, which itself is never touched.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureChrome } from './chrome.mjs';
import { MUTANTS } from './mutant-list.mjs';
import { ensureInstalled } from './setup.mjs';

const root = join(import.meta.dirname, '..');

let copy;
let running;

function removeCopy() {
  running?.kill();
  if (copy) rmSync(copy, { recursive: true, force: true });
  copy = undefined;
}

/** The files that git knows of or would take, as they are now, and the same node_modules. */
function makeCopy() {
  copy = mkdtempSync(join(tmpdir(), 'basin-mutants-'));
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  if (listed.status !== 0) throw new Error('git ls-files failed: the mutants need a git checkout');
  for (const file of listed.stdout.toString().split('\0').filter(Boolean)) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
}

/** Runs one test selection in the copy: how many tests ran, and the names of those that failed. */
async function runTests({ project, file, only }) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    project,
    file,
    '--reporter=json',
    `--outputFile=${report}`,
  ];
  if (only) args.push('-t', only);
  const output = [];
  running = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [running.stdout, running.stderr]) stream.on('data', (data) => output.push(data));
  await new Promise((resolve) => running.on('close', resolve));
  running = undefined;
  if (!existsSync(report)) throw new Error(`vitest left no report for ${file}:\n${Buffer.concat(output)}`);
  const tests = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap((result) => result.assertionResults);
  const ran = tests.filter(({ status }) => status === 'passed' || status === 'failed');
  return { ran: ran.length, failed: ran.filter(({ status }) => status === 'failed').map(({ title }) => title) };
}

/** Without a bug every selection must pass, or a kill would mean nothing. */
async function checkControls(mutants) {
  const selections = new Map(mutants.map(({ test }) => [JSON.stringify(test), test]));
  for (const test of selections.values()) {
    const { ran, failed } = await runTests(test);
    const where = `${test.file} ${test.only ?? ''}`;
    if (ran === 0) throw new Error(`no test runs for ${where}`);
    if (failed.length > 0) throw new Error(`${where} fails without any bug: ${failed[0]}`);
  }
}

/** Names of the tests that fail with this bug. */
async function plant({ name, file, from, to, test }) {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new Error(`"${name}": its text stands ${parts.length - 1} times in ${file}, not once: ${from}`);
  writeFileSync(path, parts.join(to));
  try {
    return (await runTests(test)).failed;
  } finally {
    if (copy) writeFileSync(path, text);
  }
}

async function main() {
  const wanted = process.argv[2] ?? '';
  const mutants = MUTANTS.filter(({ name, file }) => `${file} ${name}`.includes(wanted));
  makeCopy();
  await checkControls(mutants);
  let survivors = 0;
  for (const mutant of mutants) {
    const start = Date.now();
    const failed = await plant(mutant);
    const seconds = ((Date.now() - start) / 1000).toFixed(1).padStart(5);
    const more = failed.length > 1 ? `, and ${failed.length - 1} more` : '';
    const verdict = failed.length > 0 ? `killed by "${failed[0]}"${more}` : 'SURVIVED';
    if (failed.length === 0) survivors += 1;
    console.log(`${mutant.name.padEnd(46)} ${mutant.file.padEnd(32)} ${seconds} s  ${verdict}`);
  }
  console.log(`basin: ${mutants.length} bugs planted, ${mutants.length - survivors} killed, ${survivors} survived`);
  process.exitCode = survivors > 0 || mutants.length === 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    removeCopy();
    process.exit(130);
  });
}

try {
  ensureInstalled();
  ensureChrome();
  await main();
} catch (error) {
  console.error(`basin: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  removeCopy();
}
