// Exit codes, and which error is worth which.

import {
  BackendError,
  BasinError,
  DataError,
  DeviceLostError,
  DivergenceError,
  LimitError,
  SpecError,
} from '../core/errors.ts';

export const EXIT = {
  done: 0,
  internal: 1,
  badInput: 2,
  noBackend: 3,
  diverged: 4,
  differs: 5,
  interrupted: 130,
} as const;

/** The command line, a file or a document is wrong. */
export class InputError extends BasinError {
  override readonly name = 'InputError';
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof InputError || error instanceof SpecError || error instanceof DataError) return EXIT.badInput;
  if (error instanceof BackendError || error instanceof LimitError || error instanceof DeviceLostError) {
    return EXIT.noBackend;
  }
  return error instanceof DivergenceError ? EXIT.diverged : EXIT.internal;
}

/** What a person can act on; for what nobody foresaw, where it happened. */
export function explain(error: unknown): string {
  if (error instanceof BasinError) return error.message;
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `internal error, please report it: ${trace}`;
}
