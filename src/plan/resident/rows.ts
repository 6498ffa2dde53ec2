// What both presets do for the rows at hand, between choosing them and adding up their gradients.

import { backward, type LayerDone } from './backward.ts';
import { draws } from './dropout.ts';
import { forward, inputs } from './forward.ts';
import { loss } from './loss.ts';
import { type Lines, type Network, rowsPerThread, rowsPerTrip } from './network.ts';

/** Expects `position`, the first of the thread's rows in the batch. */
export function trainRows(network: Network, layerDone?: LayerDone): Lines {
  return [
    ...draws(network),
    ...findRows(network),
    ...inputs(network),
    ...forward(network),
    ...loss(network),
    ...backward(network, layerDone),
  ];
}

/** `within`: positions in the batch, held inside of it; `at`: row numbers in the training set; `share` for the loss. */
function findRows(network: Network): Lines {
  const { batch, gather } = network.shape;
  const four = rowsPerThread(network) === 4;
  const [positions, last] = four
    ? ['position + vec4u(0u, 1u, 2u, 3u)', `vec4u(${batch - 1}u)`]
    : ['position', `${batch - 1}u`];
  const whole = !gather && batch % rowsPerTrip(network) === 0;
  const count = gather ? 'batch_rows' : `${batch}u`;
  const share = `rows(1.0 / f32(${count}))`;
  return [
    `let within = ${whole ? positions : `min(${positions}, ${last})`};`,
    `let at = ${gather ? orderOf(four) : 'within'};`,
    `let share = ${whole ? share : `select(rows(0.0), ${share}, ${positions} < ${four ? `vec4u(${count})` : count})`};`,
  ];
}

/** Row numbers from the order table. Past the end of a short batch it names no row: any will do, its share is 0. */
function orderOf(four: boolean): string {
  const number = (position: string) => `settings[order + ${position}]`;
  if (!four) return `min(${number('within')}, dims.rows - 1u)`;
  const numbers = ['x', 'y', 'z', 'w'].map((axis) => number(`within.${axis}`));
  return `min(vec4u(${numbers.join(', ')}), vec4u(dims.rows - 1u))`;
}
