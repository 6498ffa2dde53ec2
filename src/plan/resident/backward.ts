// The backward pass of the row at hand: ∂loss/∂z of unit after unit, from the last layer down.

import { throughActivation } from './forward.ts';
import { gradientOf, keep, type Lines, layerNumbers, type Network, range, unitsOf, weightAt } from './network.ts';

/** What a preset does with the gradient of unit o of layer l as soon as it is there. */
export type UnitDone = (network: Network, l: number, o: number) => Lines;

export function backward(network: Network, unitDone: UnitDone = () => []): Lines {
  return layerNumbers(network)
    .reverse()
    .flatMap((l) =>
      range(unitsOf(network, l)).flatMap((o) => [...carryDown(network, l, o), ...unitDone(network, l, o)]),
    );
}

/** d of a hidden unit: Σ over the units above of w · d, carried through dropout and activation. The loss head has the output's. */
function carryDown(network: Network, l: number, o: number): Lines {
  if (l === network.shape.layers.length) return [];
  const above = range(unitsOf(network, l + 1));
  const terms = above.map((k) => `w[${weightAt(network, l + 1, k, o)}] * ${gradientOf(network, l + 1, k)}`);
  return [keep(gradientOf(network, l, o), throughActivation(network, l, o, terms.join(' + ')))];
}
