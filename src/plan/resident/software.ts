// The resident kernel for software adapters, where a lane is as good as a thread and a barrier costs more than a row.
//
// A workgroup of four lanes, one subgroup; each lane keeps all weights, and trains on four rows at a time in vec4f.
// Weights and gradients stand in private arrays with constant indices: loaded once for four rows, and out of the way of
// the random numbers. A step ends with one sum over the lanes per parameter, after which every lane does the same update.

import { ceilDiv } from '../../core/shape.ts';
import { drawnWords, dropoutSettings } from './dropout.ts';
import {
  biasAt,
  indent,
  type Lines,
  layerNumbers,
  type Network,
  range,
  rowsPerTrip,
  unitsOf,
  weightAt,
} from './network.ts';
import { trainRows } from './rows.ts';
import { momentNames, tableRow, updateOne } from './update.ts';

export function softwareKernel(network: Network, subgroups: boolean): string {
  const { params, shape } = network;
  return `
var<private> w: array<f32, ${params}>;  // parameters: this lane's copy
var<private> g: array<f32, ${params}>;  // gradients: this lane's rows, then everyone's
${momentNames(network)
  .map((name) => `var<private> ${name}: array<f32, ${params}>;  // running averages of the gradients`)
  .join('\n')}
${drawnWords(network).join('\n')}
${subgroups ? '' : `var<workgroup> cells: array<f32, ${4 * (params + 1)}>;  // what each lane has for every parameter and the loss`}

@compute @workgroup_size(4)
fn resident_step(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
  let model = group.z;
  let h = hyper_of(model);
  ${indent(dropoutSettings(network), 1)}
  for (var p: u32 = 0u; p < ${params}u; p++) {
    w[p] = parameters[model * ${params}u + p];
    ${indent(
      momentPlaces(network).map(({ here, there }) => `${here} = ${there};`),
      2,
    )}
  }
  for (var step: u32 = settings[0]; step < settings[2]; step++) {
    let slot = step - settings[1];
    ${indent(tableRow(network), 2)}
    g = array<f32, ${params}>();
    var loss: f32 = 0.0;
    for (var trip: u32 = 0u; trip < ${ceilDiv(shape.batch, rowsPerTrip(network))}u; trip++) {
      let position = 4u * (lane + 4u * trip);
      ${indent(trainRows(network, addGradients), 3)}
      loss += dot(lost, vec4f(1.0));
    }
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
}`;
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

/** g += d hᵀ of layer l, summed over the lane's four rows. */
function addGradients(network: Network, l: number): Lines {
  return range(unitsOf(network, l)).flatMap((o) => [
    ...range(unitsOf(network, l - 1)).map(
      (i) => `g[${weightAt(network, l, o, i)}] += dot(d${l}_${o}, h${l - 1}_${i});`,
    ),
    `g[${biasAt(network, l, o)}] += dot(d${l}_${o}, vec4f(1.0));`,
  ]);
}

const allParameters = (network: Network): { l: number; p: number }[] =>
  layerNumbers(network).flatMap((l) => [...weightsOf(network, l), ...biasesOf(network, l)].map((p) => ({ l, p })));

/** Sums over the lanes, in their order, and the penalty: its gradient, and the squares that the loss needs. */
function reduce(network: Network, subgroups: boolean): Lines {
  const { params } = network;
  const total = (name: string, p: number) => (subgroups ? `subgroupAdd(${name})` : `cells[${4 * p}]`);
  return [
    ...(subgroups ? [] : shareCells(params)),
    'var squares: f32 = 0.0;',
    ...allParameters(network).flatMap(({ l, p }) =>
      isWeight(network, l, p)
        ? [`g[${p}] = ${total(`g[${p}]`, p)} + h.l2 * w[${p}];`, `squares += w[${p}] * w[${p}];`]
        : [`g[${p}] = ${total(`g[${p}]`, p)};`],
    ),
    `let objective = ${total('loss', params)} + 0.5 * h.l2 * squares;`,
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
    ...all.map(({ p }) => `norm += g[${p}] * g[${p}];`),
    'norm = sqrt(norm);',
    'let shrink = select(1.0, h.clip_norm / norm, norm > h.clip_norm);',
    ...all.map(({ p }) => `g[${p}] *= shrink;`),
  ];
}

/** Every parameter's update, and whether each layer is still finite: the largest bits of its magnitudes. */
function update(network: Network): Lines {
  return layerNumbers(network).flatMap((l) => [
    `var bits${l}: u32 = 0u;`,
    ...[...weightsOf(network, l), ...biasesOf(network, l)].flatMap((p) => [
      ...updateOne(network, `[${p}]`, isWeight(network, l, p) ? 'h.weight_decay' : null),
      `bits${l} = max(bits${l}, bitcast<u32>(w[${p}]) & 0x7fffffffu);`,
    ]),
    `if (bits${l} >= 0x7f800000u) { atomicMin(&health[model * dims.health_stride + ${l}u], step + 1u); }`,
  ]);
}
