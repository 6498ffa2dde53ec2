// `npm run bench`: serves the benchmark page and opens it. With --headless it runs in headless Chrome and prints the table.
// `--help` names the options.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureInstalled } from '../scripts/setup.mjs';
import { readOptions } from './options.mjs';
import { startPythonPeers } from './python.mjs';
import { installPeers, startServer } from './server.mjs';

const values = readOptions('bench', ['headless', 'json', 'only', 'rounds', 'seconds', 'peers', 'no-open']);

const wantsPeers = values.peers !== 'none';

function query(extra) {
  const params = new URLSearchParams();
  for (const name of ['rounds', 'seconds', 'peers']) if (values[name] !== undefined) params.set(name, values[name]);
  for (const [name, value] of Object.entries(extra)) params.set(name, value);
  return params;
}

// ---------------------------------------------------------------- in front of a person

function hasDisplay() {
  if (process.env.CI) return false;
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function openBrowser(url) {
  const commands = { darwin: ['open', url], win32: ['cmd', '/c', 'start', '', url] };
  const [command, ...args] = commands[process.platform] ?? ['xdg-open', url];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => console.error(`basin: no browser could be opened; go to ${url}`));
  child.unref();
}

async function serve() {
  const { url } = await startServer();
  const params = query(values.only === undefined ? {} : { only: values.only });
  const address = params.size > 0 ? `${url}?${params}` : url;
  console.log(`Basin benchmark: ${address}   (Ctrl-C stops it)`);
  if (!values['no-open'] && hasDisplay()) openBrowser(address);
}

// ---------------------------------------------------------------- headless

/** Runs one page to its end and gives its report. */
async function runPage(browser, url, params, python) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`page error: ${error.message}`));
  if (python)
    await page.exposeFunction('basinPeer', async (text) => JSON.stringify(await python.call(JSON.parse(text))));
  await page.goto(`${url}?${params}`);
  let last = '';
  for (;;) {
    const { done, error, progress } = await page.evaluate(() => {
      const { done, error, progress } = window.basinBench;
      return { done, error, progress };
    });
    if (progress !== last && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${progress}`);
    last = progress;
    if (error) throw new Error(error);
    if (done) break;
    await new Promise((wake) => setTimeout(wake, 500)); // seldom, since asking takes time from the measurement
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const report = await page.evaluate(() => window.basinBench.report);
  await page.close();
  return report;
}

/** Fresh pages for each workload that measure first steps only, beside the one that measures everything. */
const MORE_STARTS = 2;
/** Peers that start more slowly than this have one sample. */
const SLOW_START_MS = 10_000;

/** Adds the first steps of fresh pages to a workload's entries. */
async function addStarts({ entries }, start) {
  const quick = entries.filter(({ webgpu, ours, firstMs }) => webgpu && !ours && firstMs?.[0] < SLOW_START_MS);
  const peers = quick.map(({ name }) => name).join(',') || 'none';
  for (let sample = 0; sample < MORE_STARTS; sample++) {
    const { cases } = await start(peers);
    for (const entry of cases[0].entries) {
      entries.find(({ name }) => name === entry.name).firstMs?.push(...(entry.firstMs ?? []));
    }
  }
}

/** Every part has a page of its own, so that nothing compiled for one is there for the next. */
async function runHeadless() {
  const { default: puppeteer } = await import('puppeteer-core');
  const { launchOptions, removeProfile } = await import('../scripts/chrome.mjs');
  const { startLoader } = await import('./server.mjs');
  const server = await startServer();
  const loader = await startLoader();
  const { chooseCases, CURVES } = await loader.load('/bench/workloads.ts');
  const { formatReport } = await loader.load('/bench/report.ts');
  const python = wantsPeers ? await startPythonPeers() : undefined;
  const options = launchOptions();
  const browser = await puppeteer.launch({ ...options, protocolTimeout: 3_600_000 });
  try {
    const software = process.env.BASIN_ADAPTER !== 'hardware';
    const only = values.only?.split(',') ?? [];
    const parts = chooseCases(only, software).map(({ id }) => id);
    if (only.length === 0 || only.includes(CURVES)) parts.push(CURVES);
    let report;
    for (const part of parts) {
      const found = await runPage(browser, server.url, query({ only: part, run: '' }), python);
      for (const workload of found.cases) {
        await addStarts(workload, (peers) =>
          runPage(browser, server.url, query({ only: part, rounds: 0, peers, run: '' })),
        );
      }
      const cases = [...(report?.cases ?? []), ...found.cases];
      const curves = [...(report?.curves ?? []), ...found.curves];
      report = { ...found, ...report, cases, curves };
      if (values.json) writeFileSync(resolve(values.json), `${JSON.stringify(report, null, 1)}\n`);
    }
    console.log(formatReport(report));
  } finally {
    python?.stop();
    await browser.close();
    await server.close();
    await loader.close();
    removeProfile(options);
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
if (values.json && process.env.INIT_CWD) values.json = resolve(process.env.INIT_CWD, values.json);
try {
  ensureInstalled();
  if (wantsPeers) installPeers();
  if (values.headless) await runHeadless();
  else await serve();
} catch (error) {
  console.error(`basin: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
