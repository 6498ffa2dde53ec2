// `npm run check`: the types and the style of everything. Runs both, and fails when either does.
import { ensureInstalled, runNode } from './setup.mjs';

ensureInstalled();
const types = runNode('node_modules/typescript/bin/tsc', '--noEmit');
const style = runNode('node_modules/@biomejs/biome/bin/biome', 'check', '.');
if (!types) console.error('basin: type errors, see above.');
if (!style) console.error('basin: style errors, see above; `npm run format` mends most.');
process.exitCode = types && style ? 0 : 1;
