// Dropout's factors f<l>_<u>: 1 / (1 − drop rate) where a unit is kept, 0 where it is dropped. From counters, a row's kept
// units are drawn anew in every step, as bits of the words kept0, kept1, … Given masks are read.
//
// Element e = position · units + unit takes 16-bit lane e mod 4 of threefry(key, (step, ⌊e / 4⌋)).

import { ceilDiv } from '../../core/shape.ts';
import { breadthOf, byUnits, swapped } from './lanes.ts';
import { type Lines, layerAt, layerNumbers, loop, type Network, range, unitsOf } from './network.ts';

const droppedLayers = (network: Network) => layerNumbers(network).filter((l) => layerAt(network, l).dropout !== 'none');
const drawnLayers = (network: Network) =>
  layerNumbers(network).filter((l) => layerAt(network, l).dropout === 'counters');

/** The library file with the generator that this preset runs best. */
export function generatorOf(network: Network): Lines {
  if (drawnLayers(network).length === 0) return [];
  return drawsTriples(network) ? ['lib/rng_triple'] : ['lib/rng'];
}

/** RNG_MOST_KEYS of lib/rng_triple. */
const MOST_KEYS = 16;

const drawsTriples = (network: Network): boolean =>
  network.preset.name === 'software' && drawnLayers(network).length <= MOST_KEYS;

const settingsOf = ({ shape }: Network, l: number): string =>
  `dims.keys_at + 4u * (${shape.layers.length}u * model + ${l - 1}u)`;

/** What drawing a model's dropout needs. */
export function drawingSettings(network: Network): Lines {
  const triples = drawsTriples(network);
  const layers = drawnLayers(network).flatMap((l) => [
    `let drop${l} = ${settingsOf(network, l)};`,
    `let key${l} = vec2u(settings[drop${l}], settings[drop${l} + 1u]);`,
    `let threshold${l} = settings[drop${l} + 2u];`,
    ...(triples ? [`rng_triple_key(${keyAt(network, l)}u, key${l}, threshold${l});`] : []),
  ]);
  return triples ? ['rng_triple_prepare();', ...layers] : layers;
}

/** Where lib/rng_triple has the layer's key. */
const keyAt = (network: Network, l: number): number => drawnLayers(network).indexOf(l);

/** The factors of kept units. A threshold of 0 keeps nothing, which a factor of 0 says too. */
export function scaleSettings(network: Network): Lines {
  const layers = network.shape.layers.length;
  return droppedLayers(network).map((l) => {
    const scale = `setting(dims.scales_at + ${layers}u * model + ${l - 1}u)`;
    return `let scale${l} = select(0.0, ${scale}, settings[${settingsOf(network, l)} + 2u] > 0u);`;
  });
}

/** Does a row's first element always open a draw? Else it may be any of its four lanes. */
const opensDraw = (network: Network, l: number): boolean => unitsOf(network, l) % 4 === 0;

/** Units of a word: eight draws, less what may lie before the row's first element. */
const unitsPerWord = (network: Network, l: number): number => (opensDraw(network, l) ? 32 : 28);

/** Those of word k, of which the last has what is left. */
const unitsOfWord = (network: Network, l: number, k: number): number =>
  Math.min(unitsPerWord(network, l), unitsOf(network, l) - k * unitsPerWord(network, l));

/** Bits of a layer, drawn<l>_<k>, and where they are handed on: in the word kept<word>, from bit `from` on. */
interface Bits {
  readonly l: number;
  readonly k: number;
  readonly units: number;
  readonly word: number;
  readonly from: number;
}

/** Layers share a word where they fit. */
function bitsOf(network: Network): Bits[] {
  const all: Bits[] = [];
  for (const l of drawnLayers(network)) {
    for (const k of wordsOf(network, l)) {
      const units = unitsOfWord(network, l, k);
      const { word, from, units: before } = all.at(-1) ?? { word: 0, from: 0, units: 0 };
      const fits = from + before + units <= 32;
      all.push({ l, k, units, word: fits ? word : word + 1, from: fits ? from + before : 0 });
    }
  }
  return all;
}

/** Names of a row's words. */
export const keptWords = (network: Network): Lines =>
  range((bitsOf(network).at(-1)?.word ?? -1) + 1).map((word) => `kept${word}`);

const wordsOf = (network: Network, l: number): number[] =>
  range(ceilDiv(unitsOf(network, l), unitsPerWord(network, l)));

/** Draws all words of the row at `position`. */
export const drawKept = (network: Network): Lines => [...drawBits(network), ...joinBits(network)];

/** The bits of all layers into words. What was drawn beyond a layer's units is cut off where another layer's follow. */
function joinBits(network: Network): Lines {
  return keptWords(network).map((name, word) => {
    const bits = bitsOf(network).filter((each) => each.word === word);
    const parts = bits.map(({ l, k, units, from }) => {
      const own = bits.length === 1 ? `bits${l}_${k}` : `(bits${l}_${k} & ${2 ** units - 1}u)`;
      return from === 0 ? own : `${own} * ${2 ** from}u`;
    });
    return `let ${name} = ${parts.join(' + ')};`;
  });
}

function drawBits(network: Network): Lines {
  const { preset } = network;
  if (preset.name === 'gpu' || !drawsTriples(network))
    return drawnLayers(network).flatMap((l) => drawOneByOne(network, l));
  const parts = drawnLayers(network).map((l) =>
    preset.subgroups && isShared(network, l) ? drawShared(network, l) : drawThrees(network, l),
  );
  return [
    ...parts.flatMap(({ before }) => before),
    ...drawRest(
      network,
      parts.flatMap(({ rest }) => rest),
    ),
    ...parts.flatMap(({ after }) => after),
  ];
}

const firstBlock = (network: Network, l: number): Lines =>
  opensDraw(network, l)
    ? [`let block${l} = position * ${unitsOf(network, l) / 4}u;`]
    : [`let element${l} = position * ${unitsOf(network, l)}u;`, `let block${l} = element${l} >> 2u;`];

/** Draws of word k, and the block of the first. */
function drawsOf(network: Network, l: number, k: number): { draws: number; block: string } {
  const draws = ceilDiv(unitsOfWord(network, l, k) + (opensDraw(network, l) ? 0 : 3), 4);
  return { draws, block: `block${l} + ${(k * unitsPerWord(network, l)) / 4}u` };
}

/** The word from its row's first unit on. */
const fromFirst = (network: Network, l: number, k: number): string =>
  `let bits${l}_${k} = drawn${l}_${k}${opensDraw(network, l) ? '' : ` >> (element${l} & 3u)`};`;

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

const drawThree = (at: string, blocks: string): string => `rng_triple_below(${at}, rng_triple(${at}, step, ${blocks}))`;

/** Three blocks at a time, and what is left of each word. */
function drawThrees(network: Network, l: number): Part {
  const words = wordsOf(network, l).map((k) => ({ k, ...drawsOf(network, l, k) }));
  return {
    before: [
      ...firstBlock(network, l),
      ...words.flatMap(({ k, draws, block }) => {
        const threes = Math.floor(draws / 3);
        const three = `${block} + ${3 * (threes - 1)}u - 3u * c + vec3u(0u, 1u, 2u)`;
        const bits = drawThree(`vec3u(${keyAt(network, l)}u)`, three);
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
    after: [`let bits${l}_0 = subgroupAdd(drawn${l}_0 << (4u * lane)) >> (${units}u * lane);`],
  };
}

/** Draws of several layers, three at a time. Each in a loop of its own, which keeps their registers apart. */
function drawRest(network: Network, rest: readonly Draw[]): Lines {
  return range(ceilDiv(rest.length, 3)).flatMap((t) => {
    const three = range(3).map((i) => rest[Math.min(3 * t + i, rest.length - 1)]!);
    const vector = (text: (draw: Draw) => string) => `vec3u(${three.map(text).join(', ')})`;
    const keys = vector(({ l }) => `${keyAt(network, l)}u`);
    return loop('once', '0u', '1u', [
      `let bits = ${drawThree(
        keys,
        vector(({ block }) => block),
      )};`,
      ...rest.slice(3 * t, 3 * t + 3).map(({ word, place }, i) => `${word} += bits.${'xyz'[i]} * ${place}u;`),
    ]);
  });
}

/** f of unit u of layer l, or of value u where the layer lies by units. */
export function dropoutFactor(network: Network, l: number, u: number): Lines {
  const { dropout } = layerAt(network, l);
  if (dropout === 'none') return [];
  const factor =
    dropout === 'given'
      ? `select(0.0, scale${l}, ${keptByMask(network, l, u)})`
      : byUnits(network, l)
        ? ownKeptBit(network, l, u)
        : `scale${l} * ${keptBit(network, l, u)}`;
  return [`let f${l}_${u} = ${factor};`];
}

const bitOf = (network: Network, l: number, u: number): { word: number; bit: number } => {
  const inWord = unitsPerWord(network, l);
  const { word, from } = bitsOf(network).find((each) => each.l === l && each.k === Math.floor(u / inWord))!;
  return { word, bit: from + (u % inWord) };
};

/** 1 where the unit's bit is set, else 0: a conversion is half as long as a select. The 31st bit is the sign. */
function keptBit(network: Network, l: number, u: number): string {
  const { word, bit } = bitOf(network, l, u);
  return `(f32(bitcast<i32>(kept${word} & ${2 ** bit}u)) * ${bit === 31 ? '-' : ''}0x1p-${bit}f)`;
}

/** The scale where the bit of this lane's unit is set, else 0. */
function ownKeptBit(network: Network, l: number, v: number): string {
  const q = Math.floor(v / 4);
  const { word } = bitOf(network, l, 4 * q);
  const at = maskAt(network, l, q);
  return `f32(bitcast<i32>(${swapped(`kept${word}`, v % 4)} & kept_bit[${at}])) * kept_scale[${at}]`;
}

const quadLayers = (network: Network) => drawnLayers(network).filter((l) => byUnits(network, l));

/** Quads of units whose bits are drawn. */
export const maskedQuads = (network: Network): number =>
  quadLayers(network).reduce((sum, l) => sum + breadthOf(network, l), 0);

const maskAt = (network: Network, l: number, q: number): number =>
  quadLayers(network)
    .filter((each) => each < l)
    .reduce((sum, each) => sum + breadthOf(network, each), q);

/** Each lane's bit of every quad. Divided by the bit as a number, which may be negative, the scale makes a factor of it. */
export function maskSettings(network: Network): Lines {
  return quadLayers(network).flatMap((l) => {
    const bits = range(breadthOf(network, l)).map((q) => `${bitOf(network, l, 4 * q).bit}u`);
    const first = maskAt(network, l, 0);
    return [
      `let from${l} = array<u32, ${bits.length}>(${bits.join(', ')});`,
      `for (var q: u32 = 0u; q < ${bits.length}u; q++) {`,
      `  let bit = 1u << (from${l}[q] + lane);`,
      `  kept_bit[${first}u + q] = bit;`,
      `  kept_scale[${first}u + q] = scale${l} / f32(bitcast<i32>(bit));`,
      '}',
    ];
  });
}

/** Masks lie layer by layer, (masks, batch, units) each, the whole again for each model unless they are shared. */
function keptByMask(network: Network, l: number, u: number): string {
  const { batch, layers } = network.shape;
  const { units, masks } = layerAt(network, l);
  const offset = layers.slice(0, l - 1).reduce((sum, layer) => sum + layer.masks * batch * layer.units, 0);
  const start = `${offset}u + model * dims.mask_stride + step % ${masks}u * ${batch * units}u`;
  const [row, unit] = byUnits(network, l)
    ? [swapped('within', u % 4), `min(${u - (u % 4)}u + lane, ${units - 1}u)`]
    : ['within', `${u}u`];
  return `kept[${start} + ${row} * ${units}u + ${unit}] != 0u`;
}
