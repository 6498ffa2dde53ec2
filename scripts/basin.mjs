// The command line in a checkout: builds what is missing or old, then runs it in this process, so that signals and
// exit codes are its own. Only the command writes to stdout.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './dist.mjs';
import { ensureInstalled, root } from './setup.mjs';

ensureInstalled();
ensureBuilt();
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
const cli = join(root, 'dist', 'cli.js');
process.argv[1] = cli;
await import(pathToFileURL(cli).href);
