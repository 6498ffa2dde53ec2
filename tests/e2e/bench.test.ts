// The benchmark page in headless Chrome: one workload, one short round, no peers, and the answer is verified.

import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../bench/report.ts';
import { startServer } from '../../bench/server.mjs';
import { launchOptions, removeProfile } from '../../scripts/chrome.mjs';

let browser: Browser;
let page: Page;
let stop: () => Promise<void>;

beforeAll(async () => {
  const server = await startServer();
  const options = launchOptions();
  browser = await puppeteer.launch(options);
  stop = async () => {
    await browser.close();
    await server.close();
    removeProfile(options);
  };
  page = await browser.newPage();
  await page.setViewport({ width: 390, height: 844 });
  await page.goto(`${server.url}?only=W1&rounds=1&seconds=0.2&peers=none&run`);
  await page.waitForFunction(() => window.basinBench?.done, { timeout: 100_000 });
});

afterAll(() => stop());

test('the report has a verified number for every contender', async () => {
  const { error, report } = await page.evaluate(() => window.basinBench);
  expect(error).toBeNull();
  const { adapter, ceilings, cases } = report as Report;
  expect(adapter?.software).toBe(true);
  expect(ceilings!.gflops).toBeGreaterThan(0.1);
  expect(cases.map(({ id }) => id)).toEqual(['W1']);
  for (const entry of cases[0]!.entries) {
    expect(entry, entry.reason ?? entry.name).toMatchObject({ status: 'ok', verdict: { right: true } });
    expect(entry.rounds[0]!.rate).toBeGreaterThan(1);
  }
});

test('the page shows it as a chart and a table, and does not scroll sideways on a phone', async () => {
  const cells = await page.$$eval('#report tbody tr:has(td) td:first-child', (found) =>
    found.map((td) => td.textContent),
  );
  expect(cells.some((text) => text?.startsWith('Basin WebGPU'))).toBe(true);
  expect(await page.$$eval('#report svg rect', (bars) => bars.length)).toBeGreaterThanOrEqual(2);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
