// The resident kernel for software adapters, where a lane is as good as a thread and a barrier costs more than a row.
//
// A workgroup of four lanes, one subgroup; each lane keeps all weights, and trains on a row at a time. A step ends with one
// sum over the lanes per parameter, after which every lane does the same update. Dropout is drawn ahead, a bit a unit, by the
// same workgroup or by others (dispatches.ts).
//
// SwiftShader's compiler holds in registers what is named most often, so what lives long stands in private arrays, which a
// loop over a computed index keeps it from taking apart again. And what a trip runs must stay within a core's 32 KiB of
// instructions: beyond, it runs at half the speed (docs/resident-experiment.md).

import { ceilDiv } from '../../core/shape.ts';
import { drawingSettings, drawKept, keptWords, scaleSettings } from './dropout.ts';
import {
  biasAt,
  gradientOf,
  indent,
  type Lines,
  layerNumbers,
  loop,
  type Network,
  outputOf,
  range,
  unitsBelow,
  unitsOf,
  weightAt,
} from './network.ts';
import { trainRow } from './rows.ts';
import { momentNames, tableRow, updateOne } from './update.ts';

export function softwareKernel(network: Network, subgroups: boolean): string {
  const { params, shape } = network;
  const units = unitsBelow(network, shape.layers.length);
  return `
var<private> w: array<f32, ${params}>;  // parameters: this lane's copy
var<private> g: array<f32, ${params}>;  // gradients, of this lane's rows
var<private> h: array<f32, ${units}>;  // what units hand up
var<private> d: array<f32, ${units}>;  // gradients by what they take in
${momentNames(network)
  .map((name) => `var<private> ${name}: array<f32, ${params}>;  // running averages of the gradients`)
  .join('\n')}
${subgroups ? '' : `var<workgroup> cells: array<f32, ${4 * (params + 1)}>;  // what each lane has for every parameter and the loss`}

@compute @workgroup_size(4)
fn resident_step(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
  let model = group.x;
  ${isDrawn(network) ? 'draw_ahead(model, group.z, lane);\n  if (group.z >= dims.trainers) { return; }' : ''}
  let hyper = hyper_of(model);
  ${indent(scaleSettings(network), 1)}
  for (var p: u32 = 0u; p < ${params}u; p++) {
    w[p] = parameters[model * ${params}u + p];
    ${indent(
      momentPlaces(network).map(({ here, there }) => `${here} = ${there};`),
      2,
    )}
  }
  for (var p: u32 = 0u; p < ${params}u; p++) { g[p] = 0.0; }
  for (var u: u32 = 0u; u < ${units}u; u++) { h[u] = 0.0; d[u] = 0.0; }
  let first = settings[0] + dims.train_from;
  let end = min(first + dims.piece, settings[2]);
  for (var step: u32 = first; step < end; step++) {
    let slot = step - settings[1];
    ${isDrawn(network) ? keptAt(network) : ''}
    ${indent(tableRow(network), 2)}
    g = array<f32, ${params}>();
    var loss: f32 = 0.0;
    ${indent(trips(network), 2)}
    ${indent(reduce(network, subgroups), 2)}
    ${indent(record(), 2)}
    ${indent(clip(network), 2)}
    ${indent(update(network), 2)}
  }
  if (lane == 0u) {
    for (var p: u32 = 0u; p < ${params}u; p++) {
      parameters[model * ${params}u + p] = w[p];
      ${indent(
        momentPlaces(network).map(({ here, there }) => `${there} = ${here};`),
        3,
      )}
    }
  }
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

/** Running averages of parameter p, on chip and in their buffer (models, moments, params). */
function momentPlaces(network: Network): { here: string; there: string }[] {
  const names = momentNames(network);
  return names.map((name, m) => ({
    here: `${name}[p]`,
    there: `moments[(model * ${names.length}u + ${m}u) * ${network.params}u + p]`,
  }));
}

const weightsOf = (network: Network, l: number): number[] =>
  range(unitsOf(network, l)).flatMap((o) => range(unitsOf(network, l - 1)).map((i) => weightAt(network, l, o, i)));

const biasesOf = (network: Network, l: number): number[] =>
  range(unitsOf(network, l)).map((o) => biasAt(network, l, o));

const isWeight = (network: Network, l: number, p: number): boolean => p < network.places[l - 1]!.bOffset;

/** g += d · h for the weights of unit o of layer l, and its bias. */
function addGradients(network: Network, l: number, o: number): Lines {
  const d = gradientOf(network, l, o);
  return [
    ...range(unitsOf(network, l - 1)).map(
      (i) => `g[${weightAt(network, l, o, i)}] += ${d} * ${outputOf(network, l - 1, i)};`,
    ),
    `g[${biasAt(network, l, o)}] += ${d};`,
  ];
}

const allParameters = (network: Network): { l: number; p: number }[] =>
  layerNumbers(network).flatMap((l) => [...weightsOf(network, l), ...biasesOf(network, l)].map((p) => ({ l, p })));

/**
 * Of every parameter p the weight w_p and the gradient g_p: its sum over the lanes, in their order, and the penalty's. `objective`
 * is the loss. Arrays are read and written whole: an element that both a trip and the end of a step name costs every trip its address.
 */
function reduce(network: Network, subgroups: boolean): Lines {
  const { params } = network;
  const total = (name: string, p: number) => (subgroups ? `subgroupAdd(${name})` : `cells[${4 * p}]`);
  return [
    ...(subgroups ? [] : shareCells(params)),
    'let weights = w;',
    'let sums = g;',
    'var squares: f32 = 0.0;',
    ...allParameters(network).flatMap(({ l, p }) => [
      `var w_${p}: f32 = weights[${p}];`,
      ...(isWeight(network, l, p)
        ? [`var g_${p}: f32 = ${total(`sums[${p}]`, p)} + hyper.l2 * w_${p};`, `squares += w_${p} * w_${p};`]
        : [`var g_${p}: f32 = ${total(`sums[${p}]`, p)};`]),
    ]),
    `let objective = ${total('loss', params)} + 0.5 * hyper.l2 * squares;`,
    ...(subgroups ? [] : ['workgroupBarrier();']),
  ];
}

/** Without subgroups: every lane leaves its sums in cells, then adds up every fourth parameter's. */
function shareCells(params: number): Lines {
  return [
    `for (var p: u32 = 0u; p < ${params}u; p++) { cells[4u * p + lane] = g[p]; }`,
    `cells[${4 * params}u + lane] = loss;`,
    'workgroupBarrier();',
    `for (var c: u32 = 4u * lane; c <= ${4 * params}u; c += 16u) { cells[c] += cells[c + 1u] + cells[c + 2u] + cells[c + 3u]; }`,
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
    'var norm: f32 = 0.0;',
    ...all.map(({ p }) => `norm += g_${p} * g_${p};`),
    'norm = sqrt(norm);',
    'let shrink = select(1.0, hyper.clip_norm / norm, norm > hyper.clip_norm);',
    ...all.map(({ p }) => `g_${p} *= shrink;`),
  ];
}

/** Every parameter's update, and whether each layer is still finite: the largest bits of its magnitudes. */
function update(network: Network): Lines {
  const averages = momentNames(network);
  const updated = new Set(allParameters(network).map(({ p }) => p));
  return [
    ...layerNumbers(network).flatMap((l) => [
      `var bits${l}: u32 = 0u;`,
      ...[...weightsOf(network, l), ...biasesOf(network, l)].flatMap((p) => [
        ...averages.map((name) => `var ${name}_${p}: f32 = ${name}[${p}];`),
        ...updateOne(network, `_${p}`, isWeight(network, l, p) ? 'hyper.weight_decay' : null),
        ...averages.map((name) => `${name}[${p}] = ${name}_${p};`),
        `bits${l} = max(bits${l}, bitcast<u32>(w_${p}) & 0x7fffffffu);`,
      ]),
      `if (bits${l} >= 0x7f800000u) { atomicMin(&health[model * dims.health_stride + ${l}u], step + 1u); }`,
    ]),
    `w = array<f32, ${network.params}>(${range(network.params)
      .map((p) => (updated.has(p) ? `w_${p}` : '0.0'))
      .join(', ')});`,
  ];
}
