// Peers in Python: starts them where Python and their package are there, and passes requests on.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../scripts/setup.mjs';

const FILES = { numpy: 'numpy_peer.py', torch: 'torch_peer.py' };
const PYTHON = process.env.BASIN_PYTHON ?? (process.platform === 'win32' ? 'python' : 'python3');

function startPeer(packageName) {
  const file = join(root, 'bench', 'peers', FILES[packageName]);
  const child = spawn(PYTHON, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(JSON.parse(line)));
  child.on('exit', (code) => {
    for (const { reject } of waiting) reject(new Error(`${packageName}: the Python process ended with ${code}`));
  });
  const call = (request) =>
    new Promise((resolve, reject) => {
      if (child.exitCode !== null) reject(new Error(`${packageName}: the Python process has ended`));
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  return { call, stop: () => child.kill() };
}

/**
 * One `call` for all peers there are, by the name of the variant asked for.
 *
 * @returns {Promise<{ call(request: object): Promise<object>, stop(): void }>}
 */
export async function startPythonPeers() {
  const peers = [];
  const byVariant = new Map();
  for (const name of Object.keys(FILES)) {
    if (spawnSync(PYTHON, ['-c', `import ${name}`], { stdio: 'ignore' }).status !== 0) continue;
    const peer = startPeer(name);
    peers.push(peer);
    const { variants } = await peer.call({ ask: 'hello' });
    for (const variant of variants) byVariant.set(variant, peer);
  }
  return {
    call(request) {
      if (request.ask === 'hello') return Promise.resolve({ variants: [...byVariant.keys()] });
      const peer = byVariant.get(request.name);
      return peer ? peer.call(request) : Promise.resolve({ error: `${request.name} is not there` });
    },
    stop() {
      for (const peer of peers) peer.stop();
    },
  };
}
