// Serves the benchmark page: the sources through Vite, the peers' packages as they are, and what the page cannot know itself.
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { extname, join, normalize, sep } from 'node:path';
import { assemblyscript } from '../scripts/assemblyscript.mjs';
import { ensureBuilt } from '../scripts/dist.mjs';
import { root } from '../scripts/setup.mjs';

const PACKAGES = join(root, 'bench', 'peers', 'node_modules');
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };
// Threads of WebAssembly need shared memory, which pages get only in isolation.
const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export function commit() {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}

export function machine() {
  const all = cpus();
  return `${all[0]?.model.trim() ?? 'unknown processor'}, ${all.length} cores`;
}

/** Installs the peers' packages where they are not; without them the page shows why they are missing. */
export function installPeers() {
  if (existsSync(join(PACKAGES, '.package-lock.json'))) return;
  console.error('basin: installing the benchmark peers into bench/peers …');
  const folder = join(root, 'bench', 'peers');
  const { status } = spawnSync('npm install --no-audit --no-fund --no-package-lock', {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: true,
  });
  if (status !== 0) console.error('basin: the peers could not be installed; the benchmark runs without them.');
}

function servePeers(request, response) {
  const path = normalize(join(PACKAGES, decodeURIComponent(request.url.split('?')[0])));
  if (!path.startsWith(PACKAGES + sep) || !statSync(path, { throwIfNoEntry: false })?.isFile()) {
    response.writeHead(404).end('not installed');
    return;
  }
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  response.writeHead(200, { 'Content-Type': type, ...ISOLATION, 'Cross-Origin-Resource-Policy': 'same-origin' });
  createReadStream(path).pipe(response);
}

function serveFacts(_request, response) {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ commit: commit(), machine: machine() }));
}

const plugin = {
  name: 'basin:bench',
  configureServer({ middlewares }) {
    middlewares.use('/peers', servePeers);
    middlewares.use('/bench-facts.json', serveFacts);
  },
};

/** No file watching and no hot reload: nothing may disturb a measurement. */
const quiet = (cacheDir) => ({
  configFile: false,
  root,
  cacheDir,
  logLevel: 'warn',
  optimizeDeps: { noDiscovery: true, include: ['papaparse'] }, // CommonJS needs converting; nothing else does
});

/** @returns {Promise<{ url: string, close(): Promise<void> }>} the page's address and what stops the server */
export async function startServer() {
  const { createServer } = await import('vite');
  const cacheDir = mkdtempSync(join(tmpdir(), 'basin-bench-'));
  const server = await createServer({
    ...quiet(cacheDir),
    plugins: [assemblyscript(), plugin],
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null, headers: ISOLATION },
  });
  await server.listen();
  return {
    url: `${server.resolvedUrls.local[0]}bench/index.html`,
    async close() {
      await server.close();
      rmSync(cacheDir, { recursive: true, force: true });
    },
  };
}

/** Loads the benchmark's modules in this process, and Basin as it is built: Node runs no worker from its sources. */
export async function startLoader() {
  ensureBuilt();
  const { createServer } = await import('vite');
  const cacheDir = mkdtempSync(join(tmpdir(), 'basin-bench-'));
  const server = await createServer({
    ...quiet(cacheDir),
    appType: 'custom',
    resolve: { alias: [{ find: /^(\.\.\/)+src\/index\.ts$/, replacement: join(root, 'dist', 'index.js') }] },
    plugins: [assemblyscript()],
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  });
  return {
    load: (path) => server.ssrLoadModule(path),
    async close() {
      await server.close();
      rmSync(cacheDir, { recursive: true, force: true });
    },
  };
}
