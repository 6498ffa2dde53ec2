// The forward pass of the row at hand, as straight-line text.

import type { ActivationName } from '../../spec/types.ts';
import { dropoutFactor } from './dropout.ts';
import {
  biasAt,
  keep,
  type Lines,
  layerAt,
  layerNumbers,
  type Network,
  outputOf,
  range,
  unitsOf,
  weightAt,
} from './network.ts';

/** Each activation, and the gradient it lets through: `kept` is its output, for gelu its input. */
const ACTIVATIONS: Record<Exclude<ActivationName, 'linear'>, string> = {
  relu: `
fn relu(z: f32) -> f32 { return 0.5 * (z + abs(z)); } // exact below 1.7e38, and shorter than a select; NaN stays NaN
fn relu_back(d: f32, kept: f32) -> f32 { return select(0.0, d, kept > 0.0); }`,
  leakyRelu: `
fn leakyRelu(z: f32) -> f32 { return select(0.01 * z, z, z > 0.0); }
fn leakyRelu_back(d: f32, kept: f32) -> f32 { return select(0.01 * d, d, kept > 0.0); }`,
  sigmoid: `
fn sigmoid_back(d: f32, kept: f32) -> f32 { return d * kept * (1.0 - kept); }`,
  tanh: `
fn tanh_within(z: f32) -> f32 { return tanh(clamp(z, -15.0, 15.0)); } // beyond, some devices give NaN
fn tanh_back(d: f32, kept: f32) -> f32 { return d * (1.0 - kept * kept); }`,
  gelu: `
// Hendrycks & Gimpel 2016, arXiv:1606.08415, the tanh form. Beyond ±10 the tanh is ±1.
fn gelu_tanh(z: f32) -> f32 {
  let c = clamp(z, -10.0, 10.0);
  return tanh(clamp(0.7978846 * (c + 0.044715 * c * c * c), -15.0, 15.0));
}
fn gelu(z: f32) -> f32 { return 0.5 * z * (1.0 + gelu_tanh(z)); }
fn gelu_back(d: f32, kept: f32) -> f32 {
  let t = gelu_tanh(kept);
  return d * (0.5 * (1.0 + t) + 0.5 * kept * (1.0 - t * t) * 0.7978846 * (1.0 + 0.134145 * kept * kept));
}`,
};

/** tanh is a name of WGSL's own; sigmoid is in shaders/lib/numeric.wgsl. */
const FORWARD: Partial<Record<ActivationName, string>> = { tanh: 'tanh_within', sigmoid: 'numeric_sigmoid' };

const functionOf = (name: ActivationName): string => FORWARD[name] ?? name;

/** The functions of the activations that the network has. */
export function activationFunctions({ shape }: Network): string {
  const names = new Set(shape.layers.map((layer) => layer.activation));
  return [...names].map((name) => (name === 'linear' ? '' : ACTIVATIONS[name])).join('');
}

/** The inputs of the row at hand. */
export function inputs(network: Network): Lines {
  const { inputs: count } = network.shape;
  return range(count).map((i) => keep(outputOf(network, 0, i), `train_x[at * ${count}u + ${i}u]`));
}

export function forward(network: Network): Lines {
  return layerNumbers(network).flatMap((l) => range(unitsOf(network, l)).flatMap((o) => unitForward(network, l, o)));
}

/** z = b + Σ w h, a = activation of z, h = a · f with dropout's factor f. */
function unitForward(network: Network, l: number, o: number): Lines {
  const { activation, dropout } = layerAt(network, l);
  const terms = range(unitsOf(network, l - 1)).map(
    (i) => `w[${weightAt(network, l, o, i)}] * ${outputOf(network, l - 1, i)}`,
  );
  const unit = `${l}_${o}`;
  return [
    ...dropoutFactor(network, l, o),
    `let z${unit} = ${[`w[${biasAt(network, l, o)}]`, ...terms].join(' + ')};`,
    `let a${unit} = ${activation === 'linear' ? `z${unit}` : `${functionOf(activation)}(z${unit})`};`,
    keep(outputOf(network, l, o), dropout === 'none' ? `a${unit}` : `a${unit} * f${unit}`),
  ];
}

/**
 * Carries a gradient from the output of unit o of layer l to its z. relu's output alone says whether the unit was kept and
 * above 0; without dropout the output is the activation; only else must what came before it be kept as well.
 */
export function throughActivation(network: Network, l: number, o: number, d: string): string {
  const { activation, dropout } = layerAt(network, l);
  const output = outputOf(network, l, o);
  if (activation === 'relu') return `relu_back(${dropout === 'none' ? d : `(${d}) * scale${l}`}, ${output})`;
  const arrived = dropout === 'none' ? d : `(${d}) * f${l}_${o}`;
  if (activation === 'linear') return arrived;
  const kept = activation === 'gelu' ? `z${l}_${o}` : dropout === 'none' ? output : `a${l}_${o}`;
  return `${activation}_back(${arrived}, ${kept})`;
}
