// The command line without a process: collected output, a folder of its own, a signal that the test holds.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runCli } from '../../src/cli/cli.ts';
import type { Io } from '../../src/cli/io.ts';

/** A folder that goes away after the test, with these files; objects are written as JSON. */
export function folderWith(files: Readonly<Record<string, unknown>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'basin-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function basin(argv: readonly string[], io: Partial<Io> & { stdin?: string } = {}): Promise<Outcome> {
  let [stdout, stderr] = ['', ''];
  const code = await runCli(argv, {
    stdout: async (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    readStdin: async () => io.stdin ?? '',
    cwd: io.cwd ?? tmpdir(),
    terminalColumns: null,
    signal: new AbortController().signal,
    ...io,
  });
  return { code, stdout, stderr };
}
