// The loss head of the rows at hand: `lost`, each row's part of the mean loss, and d<L>_<o>, its gradient by the logits.
// `share` is 1 / rows of the batch, and 0 for a row past its end.

import { component, type Lines, type Network, range, sideBySide } from './network.ts';

export function loss(network: Network): Lines {
  switch (network.shape.loss) {
    case 'sigmoidCrossEntropy':
      return [...targets(network), ...sum(network, sigmoidUnit)];
    case 'meanSquaredError':
      return [...targets(network), ...sum(network, squaredUnit)];
    case 'softmaxCrossEntropy':
      return [...targets(network), ...softmax(network)];
  }
}

/** y0, y1, …: the targets, or y0 alone, the class. */
function targets(network: Network): Lines {
  const { targets: count } = network.shape;
  return range(count).map((t) => {
    const values = sideBySide(network, 'f', (r) => `train_y[${component(network, 'at', r)} * ${count}u + ${t}u]`);
    return `let y${t} = ${values};`;
  });
}

const logit = ({ shape }: Network, o: number) => `h${shape.layers.length}_${o}`;
const outputs = ({ shape }: Network) => shape.layers.at(-1)!.units;
const gradient = ({ shape }: Network, o: number, value: string) =>
  `let d${shape.layers.length}_${o} = ${value} * share;`;

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
    `let loss_${o} = max(${z}, rows(0.0)) - ${z} * y${o} + log1p(e_${o});`,
    gradient(network, o, `(select(e_${o}, rows(1.0), ${z} >= rows(0.0)) / (1.0 + e_${o}) - y${o})`),
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
  const chosen = units.map((o) => `select(rows(0.0), ${logit(network, o)}, y0 == rows(${o}.0))`).join(' + ');
  return [
    `let largest = ${largest};`,
    ...units.map((o) => `let e_${o} = exp(${logit(network, o)} - largest);`),
    `let total = ${units.map((o) => `e_${o}`).join(' + ')};`,
    `let lost = (largest + log(total) - (${chosen})) * share;`,
    ...units.map((o) => gradient(network, o, `(e_${o} / total - select(rows(0.0), rows(1.0), y0 == rows(${o}.0)))`)),
  ];
}

/** ln(1 + x) for 0 ≤ x ≤ 1; the series where 1 + x would lose x. */
export const LOG1P = `
fn log1p(x: rows) -> rows { return select(log(1.0 + x), x * (1.0 - x * (0.5 - x * 0.33333334)), x < rows(0.01)); }`;
