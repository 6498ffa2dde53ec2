// The built library as a page uses it: one plain module script, a strict content policy, no bundler.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchOptions, removeProfile } from '../../scripts/chrome.mjs';
import { createSession, presets } from '../../src/index.ts';

const ROOT = join(import.meta.dirname, '../..');
const STEPS = 20;

const USER_SCRIPT = `
import { createSession, createSweep, presets } from './index.js';
try {
  const losses = {};
  for (const backend of ['cpu', 'webgpu']) {
    const session = await createSession(presets['initialization/he'], { backend });
    await session.step(${STEPS});
    losses[backend] = await session.loss();
  }
  const digits = await createSession(presets['digits/adam'], { backend: 'cpu' });
  const base = { ...presets['initialization/he'], steps: 10_000_000 }; // so long that it is worth threads
  const sweeps = {};
  for (const threads of [1, 2]) {
    const sweep = await createSweep({ base, vary: { seed: [1, 2, 3] } }, { backend: 'cpu', threads });
    await sweep.step(${STEPS});
    sweeps[sweep.backend.adapter] = [...(await sweep.losses())];
  }
  document.title = JSON.stringify({ losses, inputs: digits.data.inputs, sweeps });
} catch (error) {
  document.title = String(error.stack ?? error);
}`;

interface Said {
  readonly losses: { readonly cpu: number; readonly webgpu: number };
  readonly inputs: number;
  readonly sweeps: Readonly<Record<string, readonly number[]>>;
}

const PAGE = '<!doctype html><title>waiting</title><script type="module" src="user.js"></script>';
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html' };

const contentOf = (path: string): string | Buffer => {
  if (path === '/page.html') return PAGE;
  return path === '/user.js' ? USER_SCRIPT : readFileSync(join(ROOT, 'dist', path));
};

let server: Server;
let browser: Browser;
const options = launchOptions();

beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), '--js'], { cwd: ROOT, stdio: 'pipe' });
  server = createServer(({ url = '/' }, response) => {
    const path = url.split('?')[0]!;
    response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    // No eval, no Function(), no WebAssembly, nothing from elsewhere.
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    try {
      response.end(contentOf(path));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await puppeteer.launch(options);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  removeProfile(options);
});

test('a plain module script trains on both backends under a strict content policy', async () => {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/page.html`);
  await page.waitForFunction(() => document.title !== 'waiting', { timeout: 60_000 });
  const said = await page.title();
  expect(errors).toEqual([]);
  expect(said).toMatch(/^\{/);

  const session = await createSession(presets['initialization/he']!, { backend: 'cpu', precision: 'f64' });
  await session.step(STEPS);
  const loss = await session.loss();
  const { losses, inputs, sweeps } = JSON.parse(said) as Said;
  expect(losses.cpu).toBeCloseTo(loss, 6);
  expect(losses.webgpu).toBeCloseTo(loss, 6);
  expect(inputs).toBe(64);
  expect(page.workers().map((worker) => new URL(worker.url()).pathname)).toEqual([
    '/chunks/cpu-worker.js',
    '/chunks/cpu-worker.js',
  ]);
  // The policy forbids WebAssembly. Models shared between two workers have the bits of one worker's.
  expect(Object.keys(sweeps)).toEqual(['JavaScript, one thread', 'JavaScript, 2 threads']);
  expect(sweeps['JavaScript, 2 threads']).toEqual(sweeps['JavaScript, one thread']);
});
