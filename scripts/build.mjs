// Builds the library and the command line into dist/. With --js only what runs: no type declarations.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root, runNode } from './setup.mjs';

ensureInstalled();
const { build } = await import('vite');
const { licences } = await import('./licences.mjs');
const { assemblyscript } = await import('./assemblyscript.mjs');

const wantsTypes = !process.argv.includes('--js');

const checks = { pluginTimings: false }; // a slow machine is no news

/** Everything that index.js loads before it runs must be in dist/: a page has neither packages nor Node. */
const selfContained = {
  name: 'basin:self-contained',
  generateBundle(_options, bundle) {
    const pending = ['index.js'];
    for (const file of pending) {
      for (const imported of bundle[file].imports) {
        if (!(imported in bundle))
          throw new Error(`dist/${file} imports ${imported}; load it dynamically, behind a guard`);
        if (!pending.includes(imported)) pending.push(imported);
      }
    }
  },
};

await build({
  configFile: false,
  root,
  base: './', // the worker's address is counted from the file that starts it
  publicDir: false,
  logLevel: 'warn',
  plugins: [assemblyscript(), selfContained, licences()],
  worker: {
    format: 'es',
    plugins: () => [assemblyscript()],
    rolldownOptions: { output: { entryFileNames: 'chunks/[name].js' }, checks },
  },
  define: { PAPA_BROWSER_CONTEXT: 'true' }, // leaves papaparse's Node streams out
  build: {
    outDir: 'dist',
    emptyOutDir: wantsTypes, // a quick build leaves the declarations, and the files that a running process still loads
    target: 'es2023',
    minify: false,
    sourcemap: true,
    lib: { entry: { index: 'src/index.ts', cli: 'src/cli/main.ts' }, formats: ['es'] },
    rolldownOptions: {
      external: [/^node:/, 'webgpu'],
      checks,
      output: {
        chunkFileNames: 'chunks/[name].js',
        banner: ({ isEntry, name }) => (isEntry && name === 'cli' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
});
copyFileSync(join(root, 'src/spec/run.schema.json'), join(root, 'dist/run.schema.json'));

if (wantsTypes && !runNode('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')) process.exit(1);
