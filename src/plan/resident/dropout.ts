// Dropout's factors f<l>_<u>: 1 / (1 − drop rate) where a unit is kept, 0 where it is dropped. From counters, a row's kept
// units are drawn anew in every step, as bits of words: kept<l>_<k> has those of up to 32 units. Given masks are read.
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
  const { preset } = network;
  if (preset.name === 'gpu') return drawnLayers(network).flatMap((l) => drawOneByOne(network, l));
  const parts = drawnLayers(network).map((l) =>
    preset.subgroups && isShared(network, l) ? drawShared(network, l) : drawThrees(network, l),
  );
  return [
    ...parts.flatMap(({ before }) => before),
    ...drawRest(parts.flatMap(({ rest }) => rest)),
    ...parts.flatMap(({ after }) => after),
  ];
}

const firstBlock = (network: Network, l: number): Lines =>
  opensDraw(network, l)
    ? [`let block${l} = position * ${unitsOf(network, l) / 4}u;`]
    : [`let element${l} = position * ${unitsOf(network, l)}u;`, `let block${l} = element${l} >> 2u;`];

/** Draws of word k, and the block of the first. */
function drawsOf(network: Network, l: number, k: number): { draws: number; block: string } {
  const inWord = unitsPerWord(network, l);
  const units = Math.min(inWord, unitsOf(network, l) - k * inWord);
  return { draws: ceilDiv(units + (opensDraw(network, l) ? 0 : 3), 4), block: `block${l} + ${(k * inWord) / 4}u` };
}

/** The word from its row's first unit on. */
const fromFirst = (network: Network, l: number, k: number): string =>
  `let kept${l}_${k} = drawn${l}_${k}${opensDraw(network, l) ? '' : ` >> (element${l} & 3u)`};`;

/** The last draws first, so that each moves those before it up by its bits. */
function drawOneByOne(network: Network, l: number): Lines {
  const words = wordsOf(network, l).flatMap((k) => {
    const { draws, block } = drawsOf(network, l, k);
    const drawn = `rng_threefry2x32(key${l}, vec2u(step, ${block} + ${draws - 1}u - c))`;
    return [
      `var drawn${l}_${k}: u32 = 0u;`,
      ...loop('c', '0u', `${draws}u`, [`drawn${l}_${k} = drawn${l}_${k} * 16u + rng_below(${drawn}, threshold${l});`]),
      fromFirst(network, l, k),
    ];
  });
  return [...firstBlock(network, l), ...words];
}

/** A layer's part of the draws on a software adapter: what is left for draws that layers share, and what comes before and after them. */
interface Part {
  readonly before: Lines;
  readonly rest: readonly Draw[];
  readonly after: Lines;
}

/** A draw by itself: its four bits, times `place`, belong into `word`. */
interface Draw {
  readonly l: number;
  readonly block: string;
  readonly word: string;
  readonly place: number;
}

/** Three blocks at a time, and what is left of each word. */
function drawThrees(network: Network, l: number): Part {
  const words = wordsOf(network, l).map((k) => ({ k, ...drawsOf(network, l, k) }));
  return {
    before: [
      ...firstBlock(network, l),
      ...words.flatMap(({ k, draws, block }) => {
        const threes = Math.floor(draws / 3);
        const three = `${block} + ${3 * (threes - 1)}u - 3u * c + vec3u(0u, 1u, 2u)`;
        const bits = `rng_triple_below(rng_triple_of_key(key${l}, step, ${three}), vec3u(threshold${l}))`;
        return [
          `var drawn${l}_${k}: u32 = 0u;`,
          ...(threes === 0
            ? []
            : loop('c', '0u', `${threes}u`, [
                `let bits = ${bits};`,
                `drawn${l}_${k} = drawn${l}_${k} * 4096u + bits.x + bits.y * 16u + bits.z * 256u;`,
              ])),
        ];
      }),
    ],
    rest: words.flatMap(({ k, draws, block }) =>
      range(draws % 3).map((i) => {
        const at = draws - (draws % 3) + i;
        return { l, block: `${block} + ${at}u`, word: `drawn${l}_${k}`, place: 16 ** at };
      }),
    ),
    after: words.map(({ k }) => fromFirst(network, l, k)),
  };
}

/**
 * May the four rows of a trip draw together? Their units are whole draws; of up to eight units the bits fit one word. Alone each row
 * would draw what lies before and after it as well.
 */
const isShared = (network: Network, l: number): boolean => !opensDraw(network, l) && unitsOf(network, l) <= 8;

/** Each lane draws one block in four of those of all lanes. */
function drawShared(network: Network, l: number): Part {
  const units = unitsOf(network, l);
  return {
    before: [`var drawn${l}_0: u32 = 0u;`],
    rest: range(ceilDiv(units, 4)).map((c) => ({
      l,
      block: `trip * ${units}u + ${4 * c}u + lane`,
      word: `drawn${l}_0`,
      place: 65536 ** c,
    })),
    after: [`let kept${l}_0 = subgroupAdd(drawn${l}_0 << (4u * lane)) >> (${units}u * lane);`],
  };
}

/** Draws of several layers, three at a time. Each in a loop of its own, which keeps their registers apart. */
function drawRest(rest: readonly Draw[]): Lines {
  return range(ceilDiv(rest.length, 3)).flatMap((t) => {
    const three = range(3).map((i) => rest[Math.min(3 * t + i, rest.length - 1)]!);
    const vector = (text: (draw: Draw) => string) => `vec3u(${three.map(text).join(', ')})`;
    const keys = `${vector(({ l }) => `key${l}.x`)}, ${vector(({ l }) => `key${l}.y`)}`;
    const [blocks, thresholds] = [vector(({ block }) => block), vector(({ l }) => `threshold${l}`)];
    return loop('once', '0u', '1u', [
      `let bits = rng_triple_below(rng_triple(${keys}, step, ${blocks}), ${thresholds});`,
      ...rest.slice(3 * t, 3 * t + 3).map(({ word, place }, i) => `${word} += bits.${'xyz'[i]} * ${place}u;`),
    ]);
  });
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
