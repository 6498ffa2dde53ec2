// What both presets do for the row at hand, between choosing it and adding up its gradients.

import { backward, type UnitDone } from './backward.ts';
import { forward, inputs } from './forward.ts';
import { loss, targets } from './loss.ts';
import { type Lines, type Network, threadsOf } from './network.ts';

/** Expects `position`, the row's place in the batch. */
export function trainRow(network: Network, unitDone?: UnitDone): Lines {
  return [
    ...findRow(network),
    ...inputs(network),
    ...targets(network),
    ...forward(network),
    ...loss(network),
    ...backward(network, unitDone),
  ];
}

/** `within`: the position in the batch, held inside of it; `at`: the row's number in the training set; `share` for the loss. */
function findRow(network: Network): Lines {
  const { batch, gather } = network.shape;
  const whole = !gather && batch % threadsOf(network) === 0;
  const count = gather ? 'batch_rows' : `${batch}u`;
  const share = `1.0 / f32(${count})`;
  // Past the end of a short batch the order table names no row: any will do, its share is 0.
  const at = gather ? 'min(settings[order + within], dims.rows - 1u)' : 'within';
  return [
    `let within = ${whole ? 'position' : `min(position, ${batch - 1}u)`};`,
    `let at = ${at};`,
    `let share = ${whole ? share : `select(0.0, ${share}, position < ${count})`};`,
  ];
}
