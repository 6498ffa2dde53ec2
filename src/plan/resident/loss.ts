// The loss head of the row at hand: `lost`, its part of the mean loss, and d<L>_<o>, its gradient by the logits.
// `share` is 1 / rows of the batch, and 0 for a row past its end.

import { gradientOf, outputOf } from './lanes.ts';
import { keep, type Lines, type Network, range } from './network.ts';

export function loss(network: Network): Lines {
  switch (network.shape.loss) {
    case 'sigmoidCrossEntropy':
      return sum(network, sigmoidUnit);
    case 'meanSquaredError':
      return sum(network, squaredUnit);
    case 'softmaxCrossEntropy':
      return softmax(network);
  }
}

/** y0, y1, …: the targets, or y0 alone, the class. */
export function targets(network: Network): Lines {
  const { targets: count } = network.shape;
  return range(count).map((t) => `let y${t} = train_y[at * ${count}u + ${t}u];`);
}

const logit = (network: Network, o: number) => outputOf(network, network.shape.layers.length, o);
const outputs = ({ shape }: Network) => shape.layers.at(-1)!.units;
const gradient = (network: Network, o: number, value: string) =>
  keep(gradientOf(network, network.shape.layers.length, o), `${value} * share`);

function sum(network: Network, unit: (network: Network, o: number) => Lines): Lines {
  const units = range(outputs(network));
  return [
    ...units.flatMap((o) => unit(network, o)),
    `let lost = (${units.map((o) => `loss_${o}`).join(' + ')}) * share;`,
  ];
}

/** max(z, 0) − z y + ln(1 + e^−|z|), with the gradient sigmoid(z) − y. */
function sigmoidUnit(network: Network, o: number): Lines {
  const z = logit(network, o);
  return [
    `let e_${o} = exp(-abs(${z}));`,
    `let loss_${o} = max(${z}, 0.0) - ${z} * y${o} + numeric_log1p(e_${o});`,
    gradient(network, o, `(select(e_${o}, 1.0, ${z} >= 0.0) / (1.0 + e_${o}) - y${o})`),
  ];
}

function squaredUnit(network: Network, o: number): Lines {
  return [
    `let off_${o} = ${logit(network, o)} - y${o};`,
    `let loss_${o} = off_${o} * off_${o};`,
    gradient(network, o, `2.0 * off_${o}`),
  ];
}

/** ln Σ e^z − z_y, shifted by the largest logit, with the gradient softmax(z)_o − [y = o]. */
function softmax(network: Network): Lines {
  const units = range(outputs(network));
  const largest = units.map((o) => logit(network, o)).reduce((a, b) => `max(${a}, ${b})`);
  const chosen = units.map((o) => `select(0.0, ${logit(network, o)}, y0 == ${o}.0)`).join(' + ');
  return [
    `let largest = ${largest};`,
    ...units.map((o) => `let e_${o} = exp(${logit(network, o)} - largest);`),
    `let total = ${units.map((o) => `e_${o}`).join(' + ')};`,
    `let lost = (largest + log(total) - (${chosen})) * share;`,
    ...units.map((o) => gradient(network, o, `(e_${o} / total - select(0.0, 1.0, y0 == ${o}.0))`)),
  ];
}
