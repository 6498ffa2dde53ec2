// The forward pass of the rows at hand, as straight-line text: h<l>_<u> is what unit u of layer l hands up.

import type { ActivationName } from '../../spec/types.ts';
import { dropoutFactors } from './dropout.ts';
import {
  biasAt,
  component,
  type Lines,
  layerAt,
  layerNumbers,
  type Network,
  range,
  sideBySide,
  unitsOf,
  weightAt,
} from './network.ts';

/** Each activation, and the gradient it lets through: `kept` is its output, for gelu its input. */
const ACTIVATIONS: Record<Exclude<ActivationName, 'linear'>, string> = {
  relu: `
fn relu(z: rows) -> rows { return select(rows(0.0), z, z > rows(0.0)); }
fn relu_back(d: rows, kept: rows) -> rows { return select(rows(0.0), d, kept > rows(0.0)); }`,
  leakyRelu: `
fn leakyRelu(z: rows) -> rows { return select(0.01 * z, z, z > rows(0.0)); }
fn leakyRelu_back(d: rows, kept: rows) -> rows { return select(0.01 * d, d, kept > rows(0.0)); }`,
  sigmoid: `
fn sigmoid(z: rows) -> rows {
  let e = exp(-abs(z));
  return select(e, rows(1.0), z >= rows(0.0)) / (1.0 + e);
}
fn sigmoid_back(d: rows, kept: rows) -> rows { return d * kept * (1.0 - kept); }`,
  tanh: `
fn tanh_within(z: rows) -> rows { return tanh(clamp(z, rows(-15.0), rows(15.0))); } // beyond, some devices give NaN
fn tanh_within_back(d: rows, kept: rows) -> rows { return d * (1.0 - kept * kept); }`,
  gelu: `
// Hendrycks & Gimpel 2016, arXiv:1606.08415, the tanh form. Beyond ±10 the tanh is ±1.
fn gelu_tanh(z: rows) -> rows {
  let c = clamp(z, rows(-10.0), rows(10.0));
  return tanh(clamp(0.7978846 * (c + 0.044715 * c * c * c), rows(-15.0), rows(15.0)));
}
fn gelu(z: rows) -> rows { return 0.5 * z * (1.0 + gelu_tanh(z)); }
fn gelu_back(d: rows, kept: rows) -> rows {
  let t = gelu_tanh(kept);
  return d * (0.5 * (1.0 + t) + 0.5 * kept * (1.0 - t * t) * 0.7978846 * (1.0 + 0.134145 * kept * kept));
}`,
};

const functionOf = (name: ActivationName): string => (name === 'tanh' ? 'tanh_within' : name);

/** The functions of the activations that the network has. */
export function activationFunctions({ shape }: Network): string {
  const names = new Set(shape.layers.map((layer) => layer.activation));
  return [...names].map((name) => (name === 'linear' ? '' : ACTIVATIONS[name])).join('');
}

/** The inputs of the rows at hand: h0_0, h0_1, … `at` holds their numbers in the training set. */
export function inputs(network: Network): Lines {
  const { inputs: count } = network.shape;
  return range(count).map((i) => {
    const values = sideBySide(network, 'f', (r) => `train_x[${component(network, 'at', r)} * ${count}u + ${i}u]`);
    return `let h0_${i} = ${values};`;
  });
}

export function forward(network: Network): Lines {
  return layerNumbers(network).flatMap((l) => [
    ...dropoutFactors(network, l),
    ...range(unitsOf(network, l)).flatMap((o) => unitForward(network, l, o)),
  ]);
}

/** z = b + Σ w h, a = activation of z, h = a · f with dropout's factor f. */
function unitForward(network: Network, l: number, o: number): Lines {
  const { activation, dropout } = layerAt(network, l);
  const terms = range(unitsOf(network, l - 1)).map((i) => `w[${weightAt(network, l, o, i)}] * h${l - 1}_${i}`);
  const unit = `${l}_${o}`;
  return [
    `let z${unit} = ${[`w[${biasAt(network, l, o)}]`, ...terms].join(' + ')};`,
    `let a${unit} = ${activation === 'linear' ? `z${unit}` : `${functionOf(activation)}(z${unit})`};`,
    `let h${unit} = ${dropout === 'none' ? `a${unit}` : `a${unit} * f${unit}`};`,
  ];
}

/** Carries a gradient from the output of unit o of layer l to its z. */
export function throughActivation(network: Network, l: number, o: number, d: string): string {
  const { activation, dropout } = layerAt(network, l);
  const arrived = dropout === 'none' ? d : `(${d}) * f${l}_${o}`;
  if (activation === 'linear') return arrived;
  return `${functionOf(activation)}_back(${arrived}, ${activation === 'gelu' ? 'z' : 'a'}${l}_${o})`;
}
