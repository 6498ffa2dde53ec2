// `npm start`: the lab in a browser. Options: --no-open, --port N.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ensureLab, serveLab } from './lab.mjs';
import { ensureInstalled } from './setup.mjs';

const { values } = parseArgs({ options: { 'no-open': { type: 'boolean' }, port: { type: 'string' } } });

function hasDisplay() {
  if (process.env.CI) return false;
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function openBrowser(url) {
  const commands = { darwin: ['open', url], win32: ['cmd', '/c', 'start', '', url] };
  const [command, ...args] = commands[process.platform] ?? ['xdg-open', url];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => console.error(`basin: no browser could be opened; go to ${url}`));
  child.unref();
}

async function main() {
  ensureInstalled();
  await ensureLab();
  const server = await serveLab(values.port === undefined ? undefined : Number(values.port));
  const { port } = server.httpServer.address();
  const url = `http://localhost:${port}/`;
  console.log(`Basin lab: ${url}   (Ctrl-C stops it)`);
  if (!values['no-open'] && hasDisplay()) openBrowser(url);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
main().catch((error) => {
  console.error(`basin: ${error.message}`);
  process.exit(1);
});
