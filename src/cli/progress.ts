// One line on the terminal that tells how far training is. Where stderr is no terminal there is nothing.

import type { Io } from './io.ts';
import { duration, short } from './text.ts';

export interface ProgressLine {
  update(progress: { readonly step: number; readonly steps: number; readonly loss?: number }): void;
  /** Takes the line away. */
  clear(): void;
}

const BAR = 24;
const SILENT: ProgressLine = { update: () => {}, clear: () => {} };

/** @param what is trained, when it is more than one model: `64 models`. */
export function createProgress(io: Io, what = ''): ProgressLine {
  if (io.terminalColumns === null) return SILENT;
  const columns = io.terminalColumns;
  const started = performance.now();
  return {
    update({ step, steps, loss }) {
      const seconds = (performance.now() - started) / 1000;
      const perSecond = step / Math.max(seconds, 1e-3);
      const filled = steps === 0 ? BAR : Math.round((BAR * step) / steps);
      const parts = [
        `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${step}/${steps} steps`,
        ...(what === '' ? [] : [what]),
        ...(loss === undefined ? [] : [`loss ${short(loss)}`]),
        `${Math.round(perSecond)} steps/s`,
        `ETA ${perSecond > 0 ? duration((steps - step) / perSecond) : '–'}`,
      ];
      io.stderr(`\r${parts.join('  ').slice(0, columns - 1)}\x1b[K`);
    },
    clear: () => io.stderr('\r\x1b[K'),
  };
}
