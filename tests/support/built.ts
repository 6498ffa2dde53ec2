// The built library in Node processes of its own: what people install, with real workers.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number | null;
  /** What the script printed. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the text of a module that has everything of the library as `basin`, to the end of its process. */
export function runBuilt(script: string): Promise<Ended> {
  const library = JSON.stringify(pathToFileURL(join(ROOT, 'dist/index.js')).href);
  const text = `import * as basin from ${library};\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], { timeout: 60_000 });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}
