// Starts what GPU tests share: one headless Chrome and one Vite server for the test page. Files reach them by page-client.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { createServer } from 'vite';
import type { TestProject } from 'vitest/node';
import { assemblyscript } from '../../scripts/assemblyscript.mjs';
import { launchOptions, removeProfile } from '../../scripts/chrome.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    gpuPage: { wsEndpoint: string; url: string };
  }
}

// No file watching and no hot reload: a page keeps the code that it was opened with.
async function startServer(cacheDir: string) {
  const server = await createServer({
    configFile: false,
    root: join(import.meta.dirname, '../..'),
    cacheDir,
    logLevel: 'warn',
    plugins: [assemblyscript()],
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true, include: ['papaparse'] }, // CommonJS needs converting; nothing else does
  });
  return server.listen();
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'basin-vite-'));
  const server = await startServer(cacheDir);
  const options = launchOptions();
  const browser = await puppeteer.launch(options);
  const origin = server.resolvedUrls?.local[0] ?? '';
  project.provide('gpuPage', { wsEndpoint: browser.wsEndpoint(), url: `${origin}tests/gpu/page.html` });
  return async () => {
    await browser.close();
    await server.close();
    removeProfile(options);
    rmSync(cacheDir, { recursive: true, force: true });
  };
}
