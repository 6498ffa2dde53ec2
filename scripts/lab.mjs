// The lab's production build, and the server that shows it.
import { isStale, root } from './setup.mjs';

const SOURCES = ['demo', 'src', 'shaders', 'wasm', 'package-lock.json', 'scripts/lab.mjs', 'scripts/licences.mjs'];

const rolldownOptions = {
  external: [/^node:/, 'webgpu'], // behind guards that no page passes
  checks: { pluginTimings: false }, // a slow machine is no news
};

async function config() {
  const { licences } = await import('./licences.mjs');
  const { assemblyscript } = await import('./assemblyscript.mjs');
  return {
    configFile: false,
    root: `${root}/demo`,
    base: './',
    logLevel: 'warn',
    plugins: [assemblyscript(), licences()],
    build: {
      outDir: '../dist-demo',
      emptyOutDir: true,
      target: 'es2023',
      rolldownOptions,
    },
    // The library loads parts of itself when they are needed.
    worker: { format: 'es', plugins: () => [assemblyscript()], rolldownOptions },
  };
}

/** Builds the lab into dist-demo/ when anything it is made of has changed. Needs the dependencies installed. */
export async function ensureLab() {
  if (!isStale('dist-demo/THIRD-PARTY-LICENSES.txt', SOURCES)) return;
  const { build } = await import('vite');
  await build(await config());
}

/** Serves dist-demo/ on this machine; any free port from 4173 on, unless one is given. */
export async function serveLab(port) {
  const { preview } = await import('vite');
  const address = { host: '127.0.0.1', port: port ?? 4173, strictPort: port !== undefined };
  return preview({ ...(await config()), preview: address });
}
