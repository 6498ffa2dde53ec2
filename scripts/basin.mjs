// The command line in a checkout: builds what is missing or old, then runs it in this process, so that signals and
// exit codes are its own. Only the command writes to stdout.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, isStale, onceWhen, root, runNode } from './setup.mjs';

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

ensureInstalled();
// The schema is the last file that a build writes.
onceWhen(() => isStale('dist/run.schema.json', SOURCES), build);
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
const cli = join(root, 'dist', 'cli.js');
process.argv[1] = cli;
await import(pathToFileURL(cli).href);
