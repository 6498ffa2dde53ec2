// What the commands need of the process that they run in. Tests pass their own.

export interface Io {
  /** Resolves when the text has left. */
  stdout(text: string): Promise<void>;
  stderr(text: string): void;
  readStdin(): Promise<string>;
  /** Where the command was typed: relative paths count from here. */
  readonly cwd: string;
  /** Columns of stderr where it is a terminal, else null: progress is for people only. */
  readonly terminalColumns: number | null;
  /** Aborted when the person asks to stop. */
  readonly signal: AbortSignal;
}

/** Something to tell the person, whatever comes next. */
export function say(io: Io, message: string): void {
  io.stderr(`basin: ${message}\n`);
}
