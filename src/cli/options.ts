// Options that several commands share.

import { choice, type OptionKinds } from './args.ts';

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
