// The forward pass of the row at hand, as straight-line text.

import type { ActivationName } from '../../spec/types.ts';
import { dropoutFactor } from './dropout.ts';
import { biasAt, breadthOf, byUnits, outputOf, swapped, valuesOf, weightAt } from './lanes.ts';
import { keep, type Lines, layerAt, layerNumbers, type Network, range } from './network.ts';

/** Each activation, and the gradient it lets through: `kept` is its output, for gelu its input. */
const ACTIVATIONS: Record<Exclude<ActivationName, 'linear'>, string> = {
  relu: `
fn relu_gate(z: f32) -> f32 { return step(0x1p-126f, z); } // 1 above 0 and for NaN, else 0: shorter than a select
fn relu(z: f32) -> f32 { return z * relu_gate(z); }
fn relu_back(d: f32, kept: f32) -> f32 { return d * relu_gate(kept); }`,
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
  return layerNumbers(network).flatMap((l) => range(valuesOf(network, l)).flatMap((v) => valueForward(network, l, v)));
}

/** z = b + Σ w h, a = activation of z, h = a · f with dropout's factor f. */
function valueForward(network: Network, l: number, v: number): Lines {
  const { activation, dropout } = layerAt(network, l);
  const value = `${l}_${v}`;
  const z = `let z${value} = ${weighted(network, l, v).join(' + ')};`;
  return [
    ...dropoutFactor(network, l, v),
    z,
    `let a${value} = ${activation === 'linear' ? `z${value}` : `${functionOf(activation)}(z${value})`};`,
    keep(outputOf(network, l, v), dropout === 'none' ? `a${value}` : `a${value} * f${value}`),
  ];
}

/** b + Σ w h, over the units of the layer below. */
function weighted(network: Network, l: number, v: number): Lines {
  const [o, k] = byUnits(network, l) ? [Math.floor(v / 4), v % 4] : [v, 0];
  const below = range(breadthOf(network, l - 1));
  const weight = (i: number) => `w[${weightAt(network, l, o, i)}]`;
  const bias = `w[${biasAt(network, l, o)}]`;
  if (!byUnits(network, l - 1)) {
    return [bias, ...below.map((i) => `${weight(i)} * ${swapped(outputOf(network, l - 1, i), k)}`)];
  }
  const overQuads = (swap: number) => below.map((q) => `${weight(q)} * ${outputOf(network, l - 1, 4 * q + swap)}`);
  return [bias, ...range(4).map((swap) => swapped(overQuads(swap).join(' + '), swap))];
}

/**
 * Carries a gradient from the output of unit (or value) o of layer l to its z. relu's output alone says whether the unit was kept
 * and above 0; without dropout the output is the activation; only else must what came before it be kept as well.
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
