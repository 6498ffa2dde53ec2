// The `basin` executable: ties the commands to this process.

import { runCli } from './cli.ts';
import { EXIT } from './exit.ts';

// A Ctrl-C under npm arrives twice, from the terminal and from npm.
const ONE_KEYSTROKE_MS = 300;

/** Aborts at the first interrupt; the second one ends the process. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        first = performance.now();
        controller.abort();
      } else if (performance.now() - first > ONE_KEYSTROKE_MS) {
        process.exit(EXIT.interrupted);
      }
    });
  }
  return controller.signal;
}

/** A reader that has seen enough (`basin presets | head -1`) is no error. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    throw error;
  });
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

endQuietlyOnClosedPipe();
const code = await runCli(process.argv.slice(2), {
  stdout: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
  stderr: (text) => void process.stderr.write(text),
  readStdin,
  cwd: process.cwd(),
  terminalColumns: process.stderr.isTTY ? process.stderr.columns || 80 : null,
  signal: interruptSignal(),
});
// A WebGPU device keeps Node alive for good.
process.exit(code);
