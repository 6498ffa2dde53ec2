// A model's curve as CSV: one line for each point.

import type { Point } from '../training/protocol.ts';

const SETS = ['train', 'validation', 'test'] as const;

/** `objective` is what training lowers, penalty and dropout included; the others are without. Empty: there are no such rows. */
export function curveCsv(points: readonly Point[], model: number): string {
  const head = ['step', 'objective', ...SETS.flatMap((set) => [`${set}_loss`, `${set}_accuracy`])];
  const lines = points.map(({ steps, losses, scores }) => {
    const scored = SETS.flatMap((set) => [scores[model]?.[set]?.loss, scores[model]?.[set]?.accuracy]);
    return [steps[model], losses[model], ...scored].map((value) => value ?? '');
  });
  return `${[head, ...lines].map((cells) => cells.join(',')).join('\n')}\n`;
}
