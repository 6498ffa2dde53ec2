// Small random networks and rows over every combination of what a gradient goes through.
import { foldIn, key, normal } from '../../src/core/rng/threefry.ts';
import type { ActivationName, LossName, Run } from '../../src/spec/types.ts';

export interface NetworkKind {
  readonly activation: ActivationName;
  readonly loss: LossName;
  readonly l2: number;
  readonly dropRate: number;
  readonly batch: number | 'full';
}

const ACTIVATIONS = ['relu', 'leakyRelu', 'sigmoid', 'tanh', 'gelu', 'linear'] as const;
const LOSSES = ['sigmoidCrossEntropy', 'softmaxCrossEntropy', 'meanSquaredError'] as const;

/** All activations × losses × with and without penalty × with and without dropout; batches alternate. */
export const NETWORK_KINDS: readonly NetworkKind[] = ACTIVATIONS.flatMap((activation, a) =>
  LOSSES.flatMap((loss, o) =>
    [0, 0.7].flatMap((l2, p) =>
      [0, 0.3].map(
        (dropRate, d) => ({ activation, loss, l2, dropRate, batch: (a + o + p + d) % 2 ? 7 : 'full' }) as const,
      ),
    ),
  ),
);

const ROWS = 16;
const INPUTS = 3;

/** The document of one kind; sizes and numbers follow from `seed`. */
export function randomNetwork({ activation, loss, l2, dropRate, batch }: NetworkKind, seed: number): Run {
  const draws = normal(foldIn(key(seed), 1), ROWS * (INPUTS + 2));
  const x = Array.from({ length: ROWS }, (_, r) => Array.from(draws.subarray(r * INPUTS, (r + 1) * INPUTS)));
  const targets = draws.subarray(ROWS * INPUTS);
  const y = {
    sigmoidCrossEntropy: x.map((_, r) => (targets[r]! > 0 ? 1 : 0)),
    softmaxCrossEntropy: x.map((_, r) => r % 3),
    meanSquaredError: x.map((_, r) => Array.from(targets.subarray(2 * r, 2 * r + 2))),
  }[loss];
  const units = { sigmoidCrossEntropy: 1, softmaxCrossEntropy: 3, meanSquaredError: 2 }[loss];
  return {
    basin: 1,
    seed,
    data: { x, y },
    layers: [
      { units: 4 + (seed % 3), activation, dropRate },
      { units: 3 + (seed % 2), activation, dropRate },
      { units },
    ],
    loss,
    l2,
    init: { scheme: 'lecunNormal' },
    batch: { size: batch },
    steps: 0,
  } as Run;
}

export const nameOf = ({ activation, loss, l2, dropRate, batch }: NetworkKind): string =>
  `${activation}, ${loss}, l2 ${l2}, dropRate ${dropRate}, batch ${batch}`;
