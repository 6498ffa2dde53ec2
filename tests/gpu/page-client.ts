// How a GPU test file reaches the page: one page a file, in the Chrome that setup.ts started.
import puppeteer, { type Page } from 'puppeteer-core';
import { afterAll, inject } from 'vitest';
import { decode, encode } from './codec.ts';

export interface TestPage {
  /** Calls `file.function` of tests/gpu/page; arguments and result may hold typed arrays and any number. */
  call<Result = unknown>(name: string, ...args: unknown[]): Promise<Result>;
  readonly page: Page;
}

const NO_ADAPTER =
  'navigator.gpu.requestAdapter() gave null, so nothing on the GPU can be tested. The flags in scripts/chrome.mjs give ' +
  'Chrome and Chromium 113 or newer a software adapter: update the browser, or name another in BASIN_CHROME.';

async function failWithoutAdapter(page: Page): Promise<void> {
  const found = await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null);
  if (!found) throw new Error(NO_ADAPTER);
}

function forwardErrors(page: Page): void {
  page.on('pageerror', (error) => console.error('page error:', error));
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) console.error(`page ${message.type()}: ${message.text()}`);
  });
}

async function call(page: Page, name: string, args: unknown[]): Promise<unknown> {
  const answer = await page.evaluate((n, a) => window.basinTest(n, a), name, encode(args));
  if ('value' in answer) return decode(answer.value);
  const { name: errorName, message, stack, fields } = answer.error;
  throw Object.assign(new Error(message), { name: errorName, pageStack: stack }, decode(fields));
}

/** Opens the test page, and closes it after the file's tests. Fails where the browser has no adapter. */
export async function openPage(): Promise<TestPage> {
  const { wsEndpoint, url } = inject('gpuPage');
  const browser = await puppeteer.connect({ browserWSEndpoint: wsEndpoint, protocolTimeout: 600_000 });
  const page = await browser.newPage();
  afterAll(async () => {
    await page.close();
    await browser.disconnect();
  });
  forwardErrors(page);
  await page.goto(url);
  await page.waitForFunction(() => 'basinTest' in window);
  await failWithoutAdapter(page);
  return {
    page,
    call: async <Result>(name: string, ...args: unknown[]) => (await call(page, name, args)) as Result,
  };
}
