// The built library and command line in dist/.
import { isStale, onceWhen, runNode } from './setup.mjs';

const SOURCES = [
  'src',
  'shaders',
  'wasm',
  'package.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/licences.mjs',
];

function build() {
  console.error('basin: building dist/ …');
  if (runNode('scripts/build.mjs', '--js')) return;
  console.error('basin: the build failed, see above.');
  process.exit(1);
}

/** Builds what runs, without type declarations, where it is missing or old. Needs the dependencies installed. */
export function ensureBuilt() {
  // The schema is the last file that a build writes.
  onceWhen(() => isStale('dist/run.schema.json', SOURCES), build);
}
