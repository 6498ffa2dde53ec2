// `npm run bench:node`: Basin's own cases in Node on Dawn, and the Python peers on the same machine. Prints the same table and
// writes the same JSON. `--help` names the options.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureInstalled } from '../scripts/setup.mjs';
import { readOptions } from './options.mjs';
import { startPythonPeers } from './python.mjs';
import { commit, machine, startLoader } from './server.mjs';

const values = readOptions('bench:node', ['json', 'only', 'rounds', 'seconds', 'peers'], {
  rounds: '5',
  seconds: '1',
  peers: 'all',
});

async function main() {
  ensureInstalled();
  const loader = await startLoader();
  const { runInNode } = await loader.load('/bench/node.ts');
  const { formatReport } = await loader.load('/bench/report.ts');
  const python = values.peers === 'none' ? undefined : await startPythonPeers();
  const report = await runInNode({
    only: values.only?.split(',') ?? [],
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    peers: values.peers.split(','),
    commit: commit(),
    machine: machine(),
    host: `Node ${process.version}, Dawn`,
    call: python?.call,
    progress: (text) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`),
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  python?.stop();
  if (values.json) {
    writeFileSync(resolve(process.env.INIT_CWD ?? '.', values.json), `${JSON.stringify(report, null, 1)}\n`);
  }
  console.log(formatReport(report));
  await loader.close();
}

main().then(
  () => process.exit(0), // Dawn keeps the process alive
  (error) => {
    console.error(`basin: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  },
);
