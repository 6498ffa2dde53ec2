// The backward pass of the row at hand: ∂loss/∂z of unit after unit, from the last layer down.

import { throughActivation } from './forward.ts';
import { breadthOf, byUnits, gradientOf, swapped, swapsOf, weightAt } from './lanes.ts';
import { keep, type Lines, layerNumbers, type Network, range } from './network.ts';

/** What a preset does with the gradient of unit (or quad) o of layer l as soon as it is there. */
export type UnitDone = (network: Network, l: number, o: number) => Lines;

export function backward(network: Network, unitDone: UnitDone = () => []): Lines {
  return layerNumbers(network)
    .reverse()
    .flatMap((l) =>
      range(breadthOf(network, l)).flatMap((o) => [...carryDown(network, l, o), ...unitDone(network, l, o)]),
    );
}

/** d of a hidden unit: Σ over the units above of w · d, carried through dropout and activation. The loss head has the output's. */
function carryDown(network: Network, l: number, o: number): Lines {
  if (l === network.shape.layers.length) return [];
  const swaps = swapsOf(network, l);
  return swaps.map((k) => {
    const v = swaps.length * o + k;
    return keep(gradientOf(network, l, v), throughActivation(network, l, v, fromAbove(network, l, o, k)));
  });
}

function fromAbove(network: Network, l: number, o: number, k: number): string {
  const above = range(breadthOf(network, l + 1));
  const weight = (a: number) => `w[${weightAt(network, l + 1, a, o)}]`;
  if (!byUnits(network, l + 1)) {
    return above.map((a) => `${weight(a)} * ${swapped(gradientOf(network, l + 1, a), k)}`).join(' + ');
  }
  const overQuads = (swap: number) => above.map((q) => `${weight(q)} * ${gradientOf(network, l + 1, 4 * q + swap)}`);
  return range(4)
    .map((swap) => swapped(overQuads(swap).join(' + '), swap))
    .join(' + ');
}
