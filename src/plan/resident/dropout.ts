// Dropout's factors f<l>_<u>: 1 / (1 − drop rate) where a unit is kept, 0 where it is dropped. From counters, a row's kept
// units are drawn anew in every step, as bits of words: kept<l>_<k> has those of 32 units. Given masks are read.
//
// Element e = position · units + unit takes 16-bit lane e mod 4 of threefry(key, (step, ⌊e / 4⌋)).

import { ceilDiv } from '../../core/shape.ts';
import { type Lines, layerAt, layerNumbers, loop, type Network, range, unitsOf } from './network.ts';

const droppedLayers = (network: Network) => layerNumbers(network).filter((l) => layerAt(network, l).dropout !== 'none');
const drawnLayers = (network: Network) =>
  layerNumbers(network).filter((l) => layerAt(network, l).dropout === 'counters');

/** The library file with the generator that this preset runs best. */
export function generatorOf(network: Network): Lines {
  if (drawnLayers(network).length === 0) return [];
  return network.preset.name === 'software' ? ['lib/rng_triple'] : ['lib/rng'];
}

/** What a model's dropout needs on every step. A threshold of 0 keeps nothing, which a factor of 0 says too. */
export function dropoutSettings(network: Network): Lines {
  const layers = network.shape.layers.length;
  return droppedLayers(network).flatMap((l) => [
    `let drop${l} = dims.keys_at + 4u * (${layers}u * model + ${l - 1}u);`,
    `let key${l} = vec2u(settings[drop${l}], settings[drop${l} + 1u]);`,
    `let threshold${l} = settings[drop${l} + 2u];`,
    `let scale${l} = select(0.0, setting(dims.scales_at + ${layers}u * model + ${l - 1}u), threshold${l} > 0u);`,
  ]);
}

/** Does a row's first element always open a draw? Else it may be any of its four lanes. */
const opensDraw = (network: Network, l: number): boolean => unitsOf(network, l) % 4 === 0;

/** Units of a word: eight draws, less what may lie before the row's first element. */
const unitsPerWord = (network: Network, l: number): number => (opensDraw(network, l) ? 32 : 28);

/** Names of all words of a row. */
export const keptWords = (network: Network): Lines =>
  drawnLayers(network).flatMap((l) => wordsOf(network, l).map((k) => `kept${l}_${k}`));

const wordsOf = (network: Network, l: number): number[] =>
  range(ceilDiv(unitsOf(network, l), unitsPerWord(network, l)));

/** Draws all words of the row at `position`. */
export function drawKept(network: Network): Lines {
  return drawnLayers(network).flatMap((l) => [
    ...(opensDraw(network, l)
      ? [`let block${l} = position * ${unitsOf(network, l) / 4}u;`]
      : [`let element${l} = position * ${unitsOf(network, l)}u;`, `let block${l} = element${l} >> 2u;`]),
    ...wordsOf(network, l).flatMap((k) => drawWord(network, l, k)),
  ]);
}

/** The last draws first, so that each moves those before it up by its bits. */
function drawWord(network: Network, l: number, k: number): Lines {
  const units = Math.min(unitsPerWord(network, l), unitsOf(network, l) - k * unitsPerWord(network, l));
  const draws = ceilDiv(units + (opensDraw(network, l) ? 0 : 3), 4);
  const atOnce = network.preset.name === 'software' ? 3 : 1;
  const calls = ceilDiv(draws, atOnce);
  const block = `block${l} + ${(k * unitsPerWord(network, l)) / 4 + atOnce * (calls - 1)}u - ${atOnce}u * c`;
  const bits =
    atOnce === 3
      ? `rng_triple_below(key${l}, step, ${block}, threshold${l})`
      : `rng_below(rng_threefry2x32(key${l}, vec2u(step, ${block})), threshold${l})`;
  const drawn = `drawn${l}_${k}`;
  return [
    `var ${drawn}: u32 = 0u;`,
    ...loop('c', '0u', `${calls}u`, [`${drawn} = ${drawn} * ${16 ** atOnce}u + ${bits};`]),
    `let kept${l}_${k} = ${opensDraw(network, l) ? drawn : `${drawn} >> (element${l} & 3u)`};`,
  ];
}

/** f of unit u of layer l. */
export function dropoutFactor(network: Network, l: number, u: number): Lines {
  const { dropout } = layerAt(network, l);
  if (dropout === 'none') return [];
  const factor =
    dropout === 'given'
      ? `select(0.0, scale${l}, ${keptByMask(network, l, u)})`
      : `scale${l} * ${keptBit(network, l, u)}`;
  return [`let f${l}_${u} = ${factor};`];
}

/** 1 where the unit's bit is set, else 0: a conversion is half as long as a select. The 31st bit is the sign. */
function keptBit(network: Network, l: number, u: number): string {
  const inWord = unitsPerWord(network, l);
  const bit = u % inWord;
  const word = `kept${l}_${Math.floor(u / inWord)}`;
  return `(f32(bitcast<i32>(${word} & ${2 ** bit}u)) * ${bit === 31 ? '-' : ''}0x1p-${bit}f)`;
}

/** Masks lie layer by layer, (masks, batch, units) each, the whole again for each model unless they are shared. */
function keptByMask(network: Network, l: number, u: number): string {
  const { batch, layers } = network.shape;
  const { units, masks } = layerAt(network, l);
  const offset = layers.slice(0, l - 1).reduce((sum, layer) => sum + layer.masks * batch * layer.units, 0);
  const start = `${offset}u + model * dims.mask_stride + step % ${masks}u * ${batch * units}u`;
  return `drop_masks[${start} + within * ${units}u + ${u}u] != 0u`;
}
