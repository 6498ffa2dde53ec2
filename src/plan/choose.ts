// Which strategy runs a network, and why. Follows from the shape and the adapter alone.

import type { NetworkShape, Strategy } from './plan.ts';

export function chooseStrategy(shape: NetworkShape): Strategy {
  const dispatches = 3 * shape.layers.length + 3;
  return { name: 'layered', why: `one dispatch per fused op and layer, about ${dispatches} a step` };
}
