// Options that several commands share.

import { choice, count, type OptionKinds } from './args.ts';
import { InputError } from './exit.ts';

export const DEVICE_OPTIONS = {
  '--backend': 'auto|webgpu|cpu',
  '--precision': 'f32|f64',
} as const satisfies OptionKinds;

export function deviceOptions(options: ReadonlyMap<string, string>) {
  return {
    backend: choice(options, '--backend', ['auto', 'webgpu', 'cpu'], 'auto'),
    precision: choice(options, '--precision', ['f32', 'f64'], 'f32'),
  } as const;
}

/** Of commands that train many models. */
export const THREADS_OPTION = { '--threads': 'N' } as const satisfies OptionKinds;

export function threadsOption(options: ReadonlyMap<string, string>): { threads?: number } {
  const threads = count(options, '--threads');
  if (threads === 0)
    throw new InputError('--threads: 0 is not allowed. Allowed: 1, 2, 3, … Left out, every core trains.');
  return threads === undefined ? {} : { threads };
}
