// The backward pass of the rows at hand: d<l>_<u> is ∂loss/∂z of unit u of layer l, for each row.

import { throughActivation } from './forward.ts';
import { type Lines, layerNumbers, type Network, range, unitsOf, weightAt } from './network.ts';

/** What a preset does with a layer's gradients as soon as they are there. */
export type LayerDone = (network: Network, l: number) => Lines;

/** From the last layer down. */
export function backward(network: Network, layerDone: LayerDone = () => []): Lines {
  return layerNumbers(network)
    .reverse()
    .flatMap((l) => [...layerDone(network, l), ...(l > 1 ? carryDown(network, l) : [])]);
}

/** d of the layer below: Σ over the units above of w · d, carried through dropout and activation. */
function carryDown(network: Network, l: number): Lines {
  return range(unitsOf(network, l - 1)).map((i) => {
    const terms = range(unitsOf(network, l)).map((o) => `w[${weightAt(network, l, o, i)}] * d${l}_${o}`);
    return `let d${l - 1}_${i} = ${throughActivation(network, l - 1, i, terms.join(' + '))};`;
  });
}
