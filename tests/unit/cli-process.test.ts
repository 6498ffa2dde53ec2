// The command line as people start it: a process in a folder of theirs, with pipes, signals and an exit code.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith } from '../support/cli.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/basin.mjs');
// The first of these tests may have to build.
const TIMEOUT_MS = 120_000;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `basin …` as the npm script starts it: from the checkout, with the person's folder in INIT_CWD. */
function start(argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [SCRIPT, ...argv], { env: { ...process.env, ...env, INIT_CWD: cwd } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return { child, ended, stderr: () => stderr };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const circles = { basin: 1, data: { name: 'circles' }, layers: [{ units: 8 }, { units: 1 }], steps: 50 };
const endless = ['run', 'start/circles', '--steps', '1000000000', '--backend', 'cpu', '--out', 'r.json'];

test('a run in the folder where it was typed', { timeout: TIMEOUT_MS }, async () => {
  const cwd = folderWith({ 'run.json': circles });
  const { code, stdout } = await start(['run', 'run.json', '--backend', 'cpu', '--out', 'r.json'], cwd).ended;
  expect(code).toBe(0);
  expect(stdout).toContain('50 of 50');
  expect(JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')).steps).toBe(50);
});

test('a document through a pipe, the whole result through another', { timeout: TIMEOUT_MS }, async () => {
  const { child, ended } = start(['run', '-', '--backend', 'cpu', '--predictions', '--weights'], folderWith());
  child.stdin.end(JSON.stringify({ ...circles, data: { name: 'circles', rows: 20000 } }));
  const { code, stdout } = await ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout).predictions.train).toHaveLength(20000);
});

test('a reader that has seen enough is no error', { timeout: TIMEOUT_MS }, async () => {
  const { child, ended } = start(['run', 'digits/adam', '--steps', '1', '--backend', 'cpu', '--weights'], folderWith());
  child.stdout.destroy();
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('EPIPE')]);
});

test('bad input: exit 2, stdout empty', { timeout: TIMEOUT_MS }, async () => {
  const { code, stdout, stderr } = await start(['run', 'start/circle'], folderWith()).ended;
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Did you mean start/circles?');
});

// Twelve networks of 4,300 weights on 300 rows: 1.9 billion multiply-adds, which is worth two threads.
test('a sweep on one thread and on two has the same numbers', { timeout: TIMEOUT_MS }, async () => {
  const base = { ...circles, layers: [{ units: 64 }, { units: 64 }, { units: 1 }], batch: { size: 'full' } };
  const cwd = folderWith({ 'sweep.json': { base, vary: { seed: { from: 0, count: 12 } } } });
  const [one, two] = await Promise.all(
    ['1', '2'].map(async (threads) => {
      const argv = ['sweep', 'sweep.json', '--backend', 'cpu', '--threads', threads];
      return JSON.parse((await start(argv, cwd).ended).stdout);
    }),
  );
  expect([one.backend.adapter, two.backend.adapter]).toEqual([
    'WebAssembly SIMD, one thread',
    'WebAssembly SIMD, 2 threads',
  ]);
  expect(two.models).toEqual(one.models);
});

/** Long enough for the process to have begun training; it says nothing before it ends. */
async function whileTraining(child: ChildProcess): Promise<void> {
  await sleep(3000);
  expect(child.exitCode).toBe(null);
}

test('Ctrl-C: exit 130 and the result so far', { timeout: TIMEOUT_MS }, async () => {
  const cwd = folderWith();
  const { child, ended } = start(endless, cwd);
  await whileTraining(child);
  child.kill('SIGINT');
  child.kill('SIGINT'); // npm passes it on, so that one key arrives twice
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  const { stopped, steps, train } = JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8'));
  expect(stopped).toEqual({ step: steps });
  expect(steps).toBeGreaterThan(0);
  expect(train.loss).toBeLessThan(1);
  expect(stderr).toContain(`stopped at step ${steps}`);
});

test('a backend that is not to be had: exit 3, and how to get it', { timeout: TIMEOUT_MS }, async (context) => {
  context.skip(process.platform !== 'linux', 'only on Linux can the GPU be hidden from Dawn, by a variable');
  const run = ['run', 'start/circles', '--backend', 'webgpu'];
  const { code, stdout, stderr } = await start(run, folderWith(), { VK_ICD_FILENAMES: '/dev/null' }).ended;
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain('WebGPU');
});

// ---------------------------------------------------------------- WebGPU in Node

/** The software driver that Debian's Chromium brings; another can be named in the variable. */
const DRIVER = process.env.VK_ICD_FILENAMES ?? '/usr/lib/chromium/vk_swiftshader_icd.json';
const NO_DRIVER = 'no Vulkan driver for WebGPU in Node: install chromium, or name a driver file in VK_ICD_FILENAMES';

test('WebGPU trains and the process ends', { timeout: TIMEOUT_MS }, async (context) => {
  context.skip(process.platform === 'linux' && !existsSync(DRIVER), NO_DRIVER);
  const run = ['run', 'initialization/he', '--steps', '200', '--precision', 'f32', '--backend'];
  const env = { VK_ICD_FILENAMES: DRIVER };
  const gpu = await start([...run, 'webgpu'], folderWith(), env).ended;
  context.skip(gpu.code === 3, `WebGPU in Node has no adapter here: ${gpu.stderr.trim().split('\n').at(-1)}`);
  expect(gpu.code).toBe(0);
  const cpu = await start([...run, 'cpu'], folderWith(), env).ended;
  const [onGpu, onCpu] = [JSON.parse(gpu.stdout), JSON.parse(cpu.stdout)];
  expect(onGpu.backend.name).toBe('webgpu');
  expect(Math.abs(onGpu.train.loss - onCpu.train.loss)).toBeLessThan(1e-4);

  // auto prefers the CPU to a software adapter, and says so.
  const auto = await start(['run', 'start/circles', '--steps', '1'], folderWith(), env).ended;
  expect(auto.code).toBe(0);
  const { backend } = JSON.parse(auto.stdout);
  if (backend.name === 'cpu') expect(auto.stderr).toMatch(/basin: running on the CPU: .* is a software adapter/);
});
