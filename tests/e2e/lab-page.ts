// The lab's production build in one headless Chrome, and what tests read from its page.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { launchOptions, removeProfile } from '../../scripts/chrome.mjs';
import { ensureLab, serveLab } from '../../scripts/lab.mjs';

export interface Lab {
  readonly browser: Browser;
  readonly url: string;
  close(): Promise<void>;
}

/** @param hasWebGpu without it the browser finds no adapter */
export async function openLab(hasWebGpu = true): Promise<Lab> {
  await ensureLab();
  const server = await serveLab();
  const { port } = server.httpServer.address() as AddressInfo;
  const options = launchOptions();
  const browser = await puppeteer.launch({
    ...options,
    args: hasWebGpu ? options.args : options.args.filter((flag) => !flag.includes('webgpu')),
  });
  const close = async () => {
    await browser.close();
    await server.close();
    removeProfile(options);
  };
  return { browser, url: `http://127.0.0.1:${port}/`, close };
}

export interface LabPage {
  readonly page: Page;
  /** What the page threw or logged as an error. */
  readonly errors: string[];
}

export interface PageOptions {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** Runs in the page before anything of its own. */
  readonly before?: () => void;
  /** What stands there when the page can be used; default: it can be started. */
  readonly ready?: string;
}

/** Opens the page at a hash and waits until it can be used. */
export async function visit({ browser, url }: Lab, hash: string, options: PageOptions = {}): Promise<LabPage> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.setViewport({ width: options.width ?? 1440, height: options.height ?? 900 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: options.scheme ?? 'light' }]);
  if (options.before) await page.evaluateOnNewDocument(options.before);
  await page.goto(`${url}${hash}`);
  await page.waitForSelector(options.ready ?? '.primary:enabled');
  return { page, errors };
}

/** Presses the button whose text begins like this. */
export async function press(page: Page, text: string): Promise<void> {
  await page.locator(`::-p-xpath(//button[starts-with(normalize-space(.), "${text}") and not(@disabled)])`).click();
}

export async function stepOf(page: Page): Promise<number> {
  return page.$eval('progress', (progress) => progress.value);
}

export async function waitForStep(page: Page, step: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.querySelector('progress')!.value >= wanted,
    { timeout: 60_000 },
    step,
  );
}

/**
 * Waits for a step and pauses there, if the page still trains: seen and pressed within one task of the page, for a fast
 * machine may come to the end while a mouse is on its way.
 */
export async function pauseAt(page: Page, step: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      if (document.querySelector('progress')!.value < wanted) return false;
      const button = document.querySelector<HTMLButtonElement>('.primary')!;
      if (button.textContent!.includes('Pause')) button.click();
      return true;
    },
    { timeout: 60_000 },
    step,
  );
  await rested(page);
}

/** One figure of every panel, exactly. */
export async function figures(page: Page, name: string): Promise<number[]> {
  return page.$$eval(`[data-figure="${name}"]`, (found) =>
    found.map((each) => Number((each as HTMLDataElement).value)),
  );
}

export type Row = [step: number, train: number, test: number];

/** The curve of one panel, from its table. */
export async function curve(page: Page, model: string): Promise<Row[]> {
  const rows = `[data-model="${model}"] .curve tbody tr`;
  if (!(await page.$(rows))) await page.click(`[data-model="${model}"] summary`);
  await page.waitForSelector(rows);
  return page.$$eval(rows, (found) =>
    found.map((row) => {
      const [step, train, test] = [...(row as HTMLTableRowElement).cells];
      const exact = (cell: HTMLTableCellElement) => Number(cell.querySelector('data')!.value);
      return [Number(step!.textContent!.replace(',', '')), exact(train!), exact(test!)] as const;
    }),
  ) as Promise<Row[]>;
}

/** Waits until nothing moves any more. */
export async function rested(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector('.primary')!.textContent!.includes('Pause'));
}

/** Runs in a page before anything of its own: `layoutShift` of it needs this. */
export function watchShifts(): void {
  const seen = { score: 0 };
  (window as unknown as { shifts: typeof seen }).shifts = seen;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.score += (entry as unknown as { value: number }).value;
  }).observe({ type: 'layout-shift', buffered: true });
}

/** How much of what is on the screen has jumped, and how far: the sum of the page's layout shifts. */
export async function layoutShift(page: Page): Promise<number> {
  // A shift is reported after the frame in which it happened.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100))));
  return page.evaluate(() => (window as unknown as { shifts: { score: number } }).shifts.score);
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time in microseconds. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * The longest task of the page's main thread while `work` goes on, in milliseconds of processor time: what a task would
 * take on a machine that has nothing else to do.
 */
export async function longestTaskMs(page: Page, work: () => Promise<void>): Promise<number> {
  await page.tracing.start({ categories: ['disabled-by-default-devtools.timeline', '__metadata'] });
  await work();
  const trace = new TextDecoder().decode(await page.tracing.stop());
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args.name === 'CrRendererMain';
  const threads = new Set(traceEvents.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === 'RunTask' && threads.has(`${pid} ${tid}`));
  if (tasks.length === 0) throw new Error('The trace holds no task of the main thread.');
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

/** What axe finds wrong with the page as it is. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { violations: found } = await (window as unknown as { axe: Axe }).axe.run();
    return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
  });
}
