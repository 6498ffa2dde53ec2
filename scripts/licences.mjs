// A Vite plugin: THIRD-PARTY-LICENSES.txt beside a bundle, with the licence of every package that is in it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const PACKAGE = /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/?]+)(?!.*node_modules)/;

function licenceOf(name) {
  const folder = join(root, 'node_modules', name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name}: no licence file in ${folder}, so it cannot be bundled`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

export function licences() {
  return {
    name: 'basin:licences',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => chunk.moduleIds ?? []);
      const names = new Set(modules.flatMap((id) => PACKAGE.exec(id)?.[1] ?? []));
      const source = [...names]
        .sort()
        .map(licenceOf)
        .join(`\n${'-'.repeat(80)}\n\n`);
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source });
    },
  };
}
