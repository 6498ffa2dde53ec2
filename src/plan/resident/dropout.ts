// Dropout's factors f<l>_<u>: 1 / (1 − drop rate) where a unit is kept, 0 where it is dropped. From counters they are drawn
// anew in every trip and stay in registers from the forward to the backward pass; given masks are read.
//
// Element e = position · units + unit takes 16-bit lane e mod 4 of threefry(key, (step, ⌊e / 4⌋)).

import { ceilDiv } from '../../core/shape.ts';
import {
  component,
  type Lines,
  layerAt,
  layerNumbers,
  type Network,
  range,
  rowsPerThread,
  sideBySide,
  unitsOf,
} from './network.ts';

const droppedLayers = (network: Network) => layerNumbers(network).filter((l) => layerAt(network, l).dropout !== 'none');
const drawnLayers = (network: Network) =>
  layerNumbers(network).filter((l) => layerAt(network, l).dropout === 'counters');

/** Draws (of four elements) that a thread needs for its rows: whole draws for four rows, and a ragged end for one row. */
function drawsOf(network: Network, l: number): number {
  const units = unitsOf(network, l);
  if (rowsPerThread(network) === 4) return units;
  return units % 4 === 0 ? units / 4 : ceilDiv(units + 3, 4);
}

/** The library file with the generator that this preset runs best. */
export function generatorOf(network: Network): Lines {
  if (drawnLayers(network).length === 0) return [];
  return rowsPerThread(network) === 4 ? ['lib/rng_pair'] : ['lib/rng'];
}

/** Where a trip's draws are put. */
export function drawnWords(network: Network): Lines {
  return drawnLayers(network).map((l) => {
    const draws = drawsOf(network, l);
    if (rowsPerThread(network) === 1) return `var<private> words${l}: array<u32, ${2 * draws}>;`;
    return `var<private> words${l}: array<vec4u, ${ceilDiv(draws, 2)}>;  // two draws each: (x, x, y, y)`;
  });
}

/** What a model's dropout needs on every step. A threshold of 0 keeps nothing, which a factor of 0 says too. */
export function dropoutSettings(network: Network): Lines {
  const layers = network.shape.layers.length;
  return droppedLayers(network).flatMap((l) => [
    `let drop${l} = dims.keys_at + 4u * (${layers}u * model + ${l - 1}u);`,
    `let key${l} = vec2u(settings[drop${l}], settings[drop${l} + 1u]);`,
    `let threshold${l} = settings[drop${l} + 2u];`,
    `let scale${l} = select(0.0, setting(dims.scales_at + ${layers}u * model + ${l - 1}u), threshold${l} > 0u);`,
    ...(rowsPerThread(network) === 4
      ? [
          `let low${l} = bitcast<i32>(threshold${l} - 1u);`,
          `let high${l} = bitcast<i32>((threshold${l} * 65536u - 1u) ^ 0x80000000u);`,
        ]
      : []),
  ]);
}

/** All random bits of a trip. In loops of their own: SwiftShader runs them three times slower among the weights. */
export function draws(network: Network): Lines {
  return drawnLayers(network).flatMap((l) =>
    rowsPerThread(network) === 4 ? drawPairs(network, l) : drawRow(network, l),
  );
}

function drawPairs(network: Network, l: number): Lines {
  const units = unitsOf(network, l);
  const pairs = ceilDiv(units, 2);
  return [
    `let block${l} = position / 4u * ${units}u;`,
    `for (var c: u32 = 0u; c < ${pairs}u; c++) {`,
    `  words${l}[c] = rng_pair(key${l}, step, block${l} + 2u * c + vec2u(0u, 1u));`,
    `}`,
  ];
}

function drawRow(network: Network, l: number): Lines {
  const units = unitsOf(network, l);
  return [
    `let element${l} = position * ${units}u;`,
    `for (var c: u32 = 0u; c < ${drawsOf(network, l)}u; c++) {`,
    `  let drawn = rng_threefry2x32(key${l}, vec2u(step, element${l} / 4u + c));`,
    `  words${l}[2u * c] = drawn.x;`,
    `  words${l}[2u * c + 1u] = drawn.y;`,
    `}`,
  ];
}

export function dropoutFactors(network: Network, l: number): Lines {
  const { dropout } = layerAt(network, l);
  if (dropout === 'none') return [];
  const kept = dropout === 'given' ? keptByMask : rowsPerThread(network) === 4 ? keptOfFour : keptOfOne;
  return range(unitsOf(network, l)).map(
    (u) => `let f${l}_${u} = select(rows(0.0), rows(scale${l}), ${kept(network, l, u)});`,
  );
}

/**
 * Four rows: lane and draw of each are known. The lower half of a word is compared as it is; the upper half by the whole
 * word, its top bit turned over, since signed integers compare in one operation where unsigned ones need three.
 */
function keptOfFour(network: Network, l: number, u: number): string {
  const lane = (r: number) => {
    const e = r * unitsOf(network, l) + u;
    const draw = e >> 2;
    const half = (e & 3) >> 1;
    const word = `words${l}[${draw >> 1}].${'xyzw'[2 * half + (draw & 1)]}`;
    return e & 1
      ? { bits: `${word} ^ 0x80000000u`, limit: `high${l}` }
      : { bits: `${word} & 0xffffu`, limit: `low${l}` };
  };
  const lanes = range(4).map(lane);
  const bits = `vec4u(${lanes.map((each) => each.bits).join(', ')})`;
  return `bitcast<vec4i>(${bits}) <= vec4i(${lanes.map((each) => each.limit).join(', ')})`;
}

/** One row: its first element may be any lane of the first draw, unless the units are a multiple of four. */
function keptOfOne(network: Network, l: number, u: number): string {
  const aligned = unitsOf(network, l) % 4 === 0;
  const lane = aligned ? `${u}u` : `(element${l} % 4u + ${u}u)`;
  return `((words${l}[${lane} / 2u] >> (16u * (${lane} % 2u))) & 0xffffu) < threshold${l}`;
}

/** Masks lie layer by layer, (masks, batch, units) each, the whole again for each model unless they are shared. */
function keptByMask(network: Network, l: number, u: number): string {
  const { batch, layers } = network.shape;
  const { units, masks } = layerAt(network, l);
  const offset = layers.slice(0, l - 1).reduce((sum, layer) => sum + layer.masks * batch * layer.units, 0);
  const start = `${offset}u + model * dims.mask_stride + step % ${masks}u * ${batch * units}u`;
  const element = (r: number) => `drop_masks[${start} + ${component(network, 'within', r)} * ${units}u + ${u}u]`;
  const zero = rowsPerThread(network) === 4 ? 'vec4u(0u)' : '0u';
  return `${sideBySide(network, 'u', element)} != ${zero}`;
}
