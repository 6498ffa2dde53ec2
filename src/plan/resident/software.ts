// The resident kernel for software adapters, where a lane is as good as a thread and a barrier costs more than a row.
//
// A workgroup of four lanes, one subgroup, trains on four rows a trip. Every other hidden layer shares its units out among the lanes,
// so that each lane keeps the gradients and weights of its own (lanes.ts); the rest all lanes keep, and a step ends with one sum
// over the lanes for each. Without subgroups nothing is shared out. Dropout is drawn ahead, a bit a unit, by the same
// workgroup or by others (dispatches.ts).
//
// SwiftShader's compiler holds in registers what is named most often, so what lives long stands in private arrays, which a
// loop over a computed index keeps it from taking apart again. And what a trip runs must stay within a core's 32 KiB of
// instructions: beyond, it runs at half the speed (docs/resident-experiment.md).

import { ceilDiv } from '../../core/shape.ts';
import { drawingSettings, drawKept, keptWords, maskedQuads, maskSettings, scaleSettings } from './dropout.ts';
import {
  biasAt,
  breadthOf,
  byUnits,
  gradientOf,
  outputOf,
  slotsOf,
  swapped,
  swapsOf,
  valuesBelow,
  weightAt,
} from './lanes.ts';
import { indent, type Lines, layerNumbers, loop, type Network, range, unitsOf } from './network.ts';
import { trainRow } from './rows.ts';
import { momentNames, tableRow, updateOne } from './update.ts';

export function softwareKernel(network: Network, subgroups: boolean): string {
  const values = valuesBelow(network, network.shape.layers.length);
  const slots = slotsOf(network);
  const masks = maskedQuads(network);
  return `
var<private> w: array<f32, ${slots}>;  // parameters, the same in all lanes or, by units, this one's
var<private> g: array<f32, ${slots}>;  // gradients of this lane's rows or, by units, of its parameters
var<private> h: array<f32, ${values}>;  // what units hand up
var<private> d: array<f32, ${values}>;  // gradients by what they take in
${momentNames(network)
  .map((name) => `var<private> ${name}: array<f32, ${slots}>;  // running averages of the gradients`)
  .join('\n')}
${masks === 0 ? '' : `var<private> kept_bit: array<u32, ${masks}>;  // this lane's unit of a quad among the bits of a row`}
${masks === 0 ? '' : `var<private> kept_scale: array<f32, ${masks}>;  // what makes that bit the unit's factor`}
${subgroups ? '' : `var<workgroup> cells: array<f32, ${4 * (slots + 1)}>;  // what each lane has for every parameter and the loss`}

@compute @workgroup_size(4)
fn resident_step(@builtin(${subgroups ? 'subgroup_invocation_id' : 'local_invocation_index'}) lane: u32, @builtin(workgroup_id) group: vec3u) {
  let model = group.x;
  ${isDrawn(network) ? 'draw_ahead(model, group.z, lane);\n  if (group.z >= dims.trainers) { return; }' : ''}
  let hyper = hyper_of(model);
  ${indent([...scaleSettings(network), ...maskSettings(network)], 1)}
  ${indent(takeParameters(network), 1)}
  for (var i: u32 = 0u; i < ${slots}u; i++) { g[i] = 0.0; }
  for (var i: u32 = 0u; i < ${values}u; i++) { h[i] = 0.0; d[i] = 0.0; }
  let first = settings[0] + dims.train_from;
  let end = min(first + dims.piece, settings[2]);
  for (var step: u32 = first; step < end; step++) {
    let slot = step - settings[1];
    ${isDrawn(network) ? keptAt(network) : ''}
    ${indent(tableRow(network), 2)}
    g = array<f32, ${slots}>();
    var loss: f32 = 0.0;
    ${indent(trips(network), 2)}
    ${indent(reduce(network, subgroups), 2)}
    ${indent(record(), 2)}
    ${indent(clip(network), 2)}
    ${indent(update(network), 2)}
  }
  ${indent(leaveParameters(network), 1)}
}
${isDrawn(network) ? drawAhead(network) : ''}`;
}

/** Where the words of this model and step begin, (ring, M, positions, words). */
const keptAt = (network: Network): string =>
  `let kept_at = ((step - settings[0]) % dims.ring * dims.models + model) * ${keptOfStep(network)}u;`;

/** The dropout of a piece of steps: of the next one, shared out among the drawers; or of its own, where a trainer draws. */
function drawAhead(network: Network): string {
  return `
fn draw_ahead(model: u32, part: u32, lane: u32) {
  let trains = part < dims.trainers;
  let begin = settings[0] + dims.draw_from;
  let end = select(min(begin + dims.piece, settings[2]), 0u, trains == (dims.drawers > 0u));
  let stride = max(1u, dims.drawers);
  ${indent(drawingSettings(network), 1)}
  for (var step: u32 = begin + select(part - dims.trainers, 0u, trains); step < end; step += stride) {
    ${keptAt(network)}
    ${indent(drawStep(network), 2)}
  }
}`;
}

export const isDrawn = (network: Network): boolean => keptWords(network).length > 0;

/** The batch's rows, four at a time. */
const tripsOf = ({ shape }: Network): number => ceilDiv(shape.batch, 4);

/** Words of all positions that are drawn for a model and a step. */
export const keptOfStep = (network: Network): number => 4 * tripsOf(network) * keptWords(network).length;

const keptPlace = (network: Network, k: number): string =>
  `kept[kept_at + ${keptWords(network).length}u * position + ${k}u]`;

function drawStep(network: Network): Lines {
  return loop('trip', '0u', `${tripsOf(network)}u`, [
    'let position = lane + 4u * trip;',
    ...drawKept(network),
    ...keptWords(network).map((word, k) => `${keptPlace(network, k)} = ${word};`),
  ]);
}

function trips(network: Network): Lines {
  return loop('trip', '0u', `${tripsOf(network)}u`, [
    'let position = lane + 4u * trip;',
    ...keptWords(network).map((word, k) => `let ${word} = ${keptPlace(network, k)};`),
    ...trainRow(network, addGradients),
    'loss += lost;',
  ]);
}

/** A layer's weights, or its biases: slots of w, g and the running averages, and where memory has them. */
interface Block {
  readonly first: number;
  readonly count: number;
  /** Place among the model's parameters of slot i of the block, or of this lane's part of it. */
  readonly place: string;
  /** Where each lane has a unit of its own, which one, and how many there are. */
  readonly unit: string | null;
  readonly units: number;
}

function blocksOf(network: Network, l: number): Block[] {
  const { wOffset, bOffset, fanIn } = network.places[l - 1]!;
  const [out, below] = [breadthOf(network, l), breadthOf(network, l - 1)];
  const weights = { first: weightAt(network, l, 0, 0), count: out * below };
  const biases = { first: biasAt(network, l, 0), count: out };
  const shared = { unit: null, units: 0 };
  if (byUnits(network, l)) {
    const own = { units: unitsOf(network, l) };
    return [
      {
        ...weights,
        ...own,
        unit: `i / ${below}u * 4u + lane`,
        place: `${wOffset}u + unit * ${fanIn}u + i % ${below}u`,
      },
      { ...biases, ...own, unit: 'i * 4u + lane', place: `${bOffset}u + unit` },
    ];
  }
  const quads = {
    units: fanIn,
    unit: `i % ${below}u * 4u + lane`,
    place: `${wOffset}u + i / ${below}u * ${fanIn}u + unit`,
  };
  return [
    { ...weights, ...(byUnits(network, l - 1) ? quads : { ...shared, place: `${wOffset}u + i` }) },
    { ...biases, ...shared, place: `${bOffset}u + i` },
  ];
}

/** Runs the lines for every slot, with p, its place among the parameters of all models. */
function forParameters(network: Network, lines: (block: Block) => Lines): Lines {
  const { params } = network;
  return layerNumbers(network).flatMap((l) =>
    blocksOf(network, l).flatMap((block) => [
      `for (var i: u32 = 0u; i < ${block.count}u; i++) {`,
      ...(block.unit ? [`  let unit = ${block.unit};`] : []),
      `  let p = model * ${params}u + ${block.place};`,
      ...lines(block).map((line) => `  ${line}`),
      '}',
    ]),
  );
}

/** Moments are (models, moments, params). */
const momentPlace = (network: Network, m: number): string => {
  const others = momentNames(network).length - 1;
  return `moments[p + (model * ${others}u + ${m}u) * ${network.params}u]`;
};

const takeParameters = (network: Network): Lines =>
  forParameters(network, ({ first, unit, units }) => {
    const value = (text: string) => (unit ? `select(0.0, ${text}, unit < ${units}u)` : text);
    return [
      `w[${first}u + i] = ${value('parameters[p]')};`,
      ...momentNames(network).map((name, m) => `${name}[${first}u + i] = ${value(momentPlace(network, m))};`),
    ];
  });

const leaveParameters = (network: Network): Lines =>
  forParameters(network, ({ first, unit, units }) => [
    `if (${unit ? `unit < ${units}u` : 'lane == 0u'}) {`,
    `  parameters[p] = w[${first}u + i];`,
    ...momentNames(network).map((name, m) => `  ${momentPlace(network, m)} = ${name}[${first}u + i];`),
    '}',
  ]);

/** g += d · h for the weights of unit (or quad) o of layer l, and its bias. */
function addGradients(network: Network, l: number, o: number): Lines {
  const below = range(breadthOf(network, l - 1));
  const ownSwaps = swapsOf(network, l);
  const swaps = byUnits(network, l - 1) ? swapsOf(network, l - 1) : ownSwaps;
  const d = (k: number) =>
    ownSwaps.length === 4 ? gradientOf(network, l, 4 * o + k) : swapped(gradientOf(network, l, o), k);
  const h = (i: number, k: number) =>
    byUnits(network, l - 1) ? outputOf(network, l - 1, 4 * i + k) : swapped(outputOf(network, l - 1, i), k);
  return [
    ...below.map((i) => `g[${weightAt(network, l, o, i)}] += ${swaps.map((k) => `${d(k)} * ${h(i, k)}`).join(' + ')};`),
    `g[${biasAt(network, l, o)}] += ${ownSwaps.map((k) => d(k)).join(' + ')};`,
  ];
}

/** A parameter of the text, or four of them, one a lane. */
interface Parameter {
  readonly slot: number;
  readonly isWeight: boolean;
  /** Lanes that have one; null where all lanes have the same. */
  readonly lanes: number | null;
}

function parametersOf(network: Network, l: number): Parameter[] {
  const [out, below] = [range(breadthOf(network, l)), range(breadthOf(network, l - 1))];
  const lanesOf = (layer: number, quad: number) => Math.min(4, unitsOf(network, layer) - 4 * quad);
  const lanes = (o: number) => (byUnits(network, l) ? lanesOf(l, o) : null);
  return [
    ...out.flatMap((o) =>
      below.map((i) => ({
        slot: weightAt(network, l, o, i),
        isWeight: true,
        lanes: byUnits(network, l - 1) ? lanesOf(l - 1, i) : lanes(o),
      })),
    ),
    ...out.map((o) => ({ slot: biasAt(network, l, o), isWeight: false, lanes: lanes(o) })),
  ];
}

const allParameters = (network: Network): Parameter[] => layerNumbers(network).flatMap((l) => parametersOf(network, l));

/**
 * Of every parameter p the weight w_p and the gradient g_p: its sum over the lanes, in their order, and the penalty's. `objective`
 * is the loss. Arrays are read and written whole: an element that both a trip and the end of a step name costs every trip its address.
 */
function reduce(network: Network, subgroups: boolean): Lines {
  const slots = slotsOf(network);
  const total = (name: string, p: number) => (subgroups ? `subgroupAdd(${name})` : `cells[${4 * p}]`);
  const gradient = ({ slot, lanes }: Parameter) => {
    if (lanes === null) return total(`sums[${slot}]`, slot);
    return lanes === 4 ? `sums[${slot}]` : `select(0.0, sums[${slot}], lane < ${lanes}u)`;
  };
  return [
    ...(subgroups ? [] : shareCells(slots)),
    'let weights = w;',
    'let sums = g;',
    ...sumOfSquares(network, 'squares', (parameter) => (parameter.isWeight ? `weights[${parameter.slot}]` : null)),
    ...allParameters(network).flatMap((parameter) => {
      const p = parameter.slot;
      const penalty = parameter.isWeight ? ` + hyper.l2 * w_${p}` : '';
      return [`var w_${p}: f32 = weights[${p}];`, `var g_${p}: f32 = ${gradient(parameter)}${penalty};`];
    }),
    `let objective = ${total('loss', slots)} + 0.5 * hyper.l2 * squares;`,
    ...(subgroups ? [] : ['workgroupBarrier();']),
  ];
}

/** Over all parameters: those that all lanes have once, those of a lane each summed over the lanes. */
function sumOfSquares(network: Network, name: string, value: (parameter: Parameter) => string | null): Lines {
  const add = (sum: string, parameters: Parameter[]) =>
    parameters.flatMap((parameter) => {
      const text = value(parameter);
      return text === null ? [] : [`${sum} += ${text} * ${text};`];
    });
  const all = allParameters(network);
  const own = all.filter(({ lanes }) => lanes !== null);
  return [
    `var ${name}: f32 = 0.0;`,
    ...add(
      name,
      all.filter(({ lanes }) => lanes === null),
    ),
    ...(own.length === 0
      ? []
      : [`var own_${name}: f32 = 0.0;`, ...add(`own_${name}`, own), `${name} += subgroupAdd(own_${name});`]),
  ];
}

/** Without subgroups: every lane leaves its sums in cells, then adds up every fourth parameter's. */
function shareCells(slots: number): Lines {
  return [
    `for (var p: u32 = 0u; p < ${slots}u; p++) { cells[4u * p + lane] = g[p]; }`,
    `cells[${4 * slots}u + lane] = loss;`,
    'workgroupBarrier();',
    `for (var c: u32 = 4u * lane; c <= ${4 * slots}u; c += 16u) { cells[c] += cells[c + 1u] + cells[c + 2u] + cells[c + 3u]; }`,
    'workgroupBarrier();',
  ];
}

/** The loss before this update, and whether it was finite. */
function record(): Lines {
  return [
    'if (lane == 0u) {',
    '  losses[slot * dims.models + model] = objective;',
    '  if (!numeric_is_finite(objective)) { atomicMin(&health[model * dims.health_stride], step); }',
    '}',
  ];
}

/** Scales the whole gradient to length clip_norm where it is longer. */
function clip(network: Network): Lines {
  if (!network.shape.clip) return [];
  const all = allParameters(network);
  return [
    ...sumOfSquares(network, 'norm', ({ slot }) => `g_${slot}`),
    'norm = sqrt(norm);',
    'let shrink = select(1.0, hyper.clip_norm / norm, norm > hyper.clip_norm);',
    ...all.map(({ slot }) => `g_${slot} *= shrink;`),
  ];
}

/** Every parameter's update, and whether each layer is still finite: the largest bits of its magnitudes. */
function update(network: Network): Lines {
  const averages = momentNames(network);
  return [
    ...layerNumbers(network).flatMap((l) => [
      `var bits${l}: u32 = 0u;`,
      ...parametersOf(network, l).flatMap(({ slot: p, isWeight }) => [
        ...averages.map((name) => `var ${name}_${p}: f32 = ${name}[${p}];`),
        ...updateOne(network, `_${p}`, isWeight ? 'hyper.weight_decay' : null),
        ...averages.map((name) => `${name}[${p}] = ${name}_${p};`),
        `bits${l} = max(bits${l}, bitcast<u32>(w_${p}) & 0x7fffffffu);`,
      ]),
      `if (bits${l} >= 0x7f800000u) { atomicMin(&health[model * dims.health_stride + ${l}u], step + 1u); }`,
    ]),
    `w = array<f32, ${slotsOf(network)}>(${range(slotsOf(network))
      .map((p) => `w_${p}`)
      .join(', ')});`,
  ];
}
