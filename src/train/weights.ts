// Weights as people see them: per layer, w [fanOut × fanIn] and b [fanOut], cut from a model's flat parameters.

import { SpecError } from '../core/errors.ts';
import type { Reals } from '../core/shape.ts';
import type { LayerPlace } from '../plan/plan.ts';

export interface LayerTensors {
  /** [fanOut × fanIn], row-major */
  readonly w: Reals;
  /** [fanOut] */
  readonly b: Reals;
  readonly shape: readonly [fanOut: number, fanIn: number];
}

/** A network's weights as a caller gives them: one entry for each layer. */
export type Weights = readonly Pick<LayerTensors, 'w' | 'b'>[];

/** Copies of model m's tensors out of flat values [models × params]. */
export function layerTensors(flat: Reals, places: readonly LayerPlace[], params: number, m = 0): LayerTensors[] {
  return places.map(({ fanIn, fanOut, wOffset, bOffset }) => ({
    w: flat.slice(m * params + wOffset, m * params + wOffset + fanOut * fanIn),
    b: flat.slice(m * params + bOffset, m * params + bOffset + fanOut),
    shape: [fanOut, fanIn],
  }));
}

/**
 * One model's flat parameters.
 *
 * @param path what messages call the weights.
 * @throws SpecError when a tensor has another size than the network's.
 */
export function flatParameters(
  weights: Weights,
  places: readonly LayerPlace[],
  params: number,
  path = 'weights',
): Float64Array {
  const flat = new Float64Array(params);
  if (weights.length !== places.length) {
    throw new SpecError(path, `has ${weights.length} layers. Allowed: ${places.length}, those of the network.`);
  }
  places.forEach(({ fanIn, fanOut, wOffset, bOffset }, l) => {
    const { w, b } = weights[l]!;
    checkLength(`${path}[${l}].w`, w, fanOut * fanIn, `${fanOut} × ${fanIn}`);
    checkLength(`${path}[${l}].b`, b, fanOut, `${fanOut}`);
    flat.set(w, wOffset);
    flat.set(b, bOffset);
  });
  return flat;
}

function checkLength(path: string, values: Reals, length: number, shape: string): void {
  if (values.length !== length)
    throw new SpecError(path, `has ${values.length} values. Allowed: ${length} (${shape}).`);
}
