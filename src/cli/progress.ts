// One line on the terminal that tells how far training is. Where stderr is no terminal there is nothing.

import type { Io } from './io.ts';
import { duration, short } from './text.ts';

interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  readonly loss?: number;
  /** The part of the work that is done, where it is not step / steps. */
  readonly done?: number;
  /** What is trained now, when it is more than one model: `64 models`. */
  readonly what?: string;
}

export interface ProgressLine {
  update(progress: TrainingProgress): void;
  /** Takes the line away. */
  clear(): void;
}

const BAR = 24;
const SILENT: ProgressLine = { update: () => {}, clear: () => {} };

export function createProgress(io: Io): ProgressLine {
  if (io.terminalColumns === null) return SILENT;
  const columns = io.terminalColumns;
  const started = performance.now();
  return {
    update({ step, steps, loss, done = steps === 0 ? 1 : step / steps, what }) {
      const seconds = (performance.now() - started) / 1000;
      const perSecond = step / Math.max(seconds, 1e-3);
      const filled = Math.round(BAR * done);
      const parts = [
        `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${step}/${steps} steps`,
        ...(what === undefined ? [] : [what]),
        ...(loss === undefined ? [] : [`loss ${short(loss)}`]),
        `${Math.round(perSecond)} steps/s`,
        `ETA ${done > 0 ? duration((seconds * (1 - done)) / done) : '–'}`,
      ];
      io.stderr(`\r${parts.join('  ').slice(0, columns - 1)}\x1b[K`);
    },
    clear: () => io.stderr('\r\x1b[K'),
  };
}
