// The Vite plugin that compiles AssemblyScript: `import base64 from 'x.ts?assemblyscript'` gives x's WebAssembly.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from './setup.mjs';

const CACHE = join(root, 'node_modules/.cache/basin');
const FLAGS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];

/** The WebAssembly of an entry file; compiling takes seconds, so it is kept for the next time. */
async function compile(entry, sources) {
  const { default: asc } = await import('assemblyscript/asc');
  const hash = createHash('sha256').update(JSON.stringify([asc.version, FLAGS]));
  for (const file of sources) hash.update(file).update(readFileSync(file));
  const kept = join(CACHE, `${hash.digest('hex').slice(0, 16)}.wasm`);
  if (existsSync(kept)) return readFileSync(kept);

  const folder = dirname(entry);
  const messages = [];
  let binary;
  const { error } = await asc.main([basename(entry), ...FLAGS, '--baseDir', folder, '-o', 'out.wasm'], {
    stderr: { write: (text) => messages.push(text) },
    writeFile: (_name, data) => {
      binary = data;
    },
  });
  if (error) throw new Error(`${entry}: ${error.message}\n${messages.join('')}`);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(kept, binary);
  return binary;
}

export function assemblyscript() {
  return {
    name: 'basin:assemblyscript',
    enforce: 'pre',
    load: {
      filter: { id: /\?assemblyscript$/ },
      async handler(id) {
        const [entry] = id.split('?');
        const folder = dirname(entry);
        const sources = readdirSync(folder)
          .filter((file) => file.endsWith('.ts'))
          .map((file) => join(folder, file));
        for (const file of sources) this.addWatchFile(file);
        const binary = await compile(entry, sources);
        return `export default ${JSON.stringify(Buffer.from(binary).toString('base64'))};`;
      },
    },
  };
}
