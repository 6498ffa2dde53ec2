// How large a network is, before it is made. Pure.

import { BUILT_IN, type CanonicalRun, type Data, OPTIMIZERS } from '../../src/index.ts';

export interface Size {
  /** Weights and biases. */
  readonly parameters: number;
  /** What weights, gradients and the optimizer's averages take in 32-bit numbers; units' outputs come on top. */
  readonly bytes: number;
}

/** Columns of the rows, or null where only the file knows. */
export function inputsOf(data: Data): number | null {
  if ('name' in data) return BUILT_IN[data.name].inputs;
  return 'x' in data ? (data.x[0]?.length ?? 0) : null;
}

/** Running averages that an optimizer keeps of each parameter: one for each of its betas. */
const averages = ({ optimizer }: CanonicalRun) =>
  Object.keys(OPTIMIZERS[optimizer.name]).filter((key) => key.startsWith('beta')).length;

export function sizeOf(run: CanonicalRun, inputs: number): Size {
  const fanIns = [inputs, ...run.layers.map(({ units }) => units)];
  const parameters = run.layers.reduce((total, { units }, l) => total + units * (fanIns[l]! + 1), 0);
  return { parameters, bytes: 4 * parameters * (2 + averages(run)) };
}
