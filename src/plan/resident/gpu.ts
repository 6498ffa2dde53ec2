// The resident kernel for GPUs, where registers are few, workgroup memory is fast and a barrier is cheap.
//
// A workgroup trains one model; its weights stand in workgroup memory, where reading one is a broadcast. First each thread
// takes a row through forward and backward pass and leaves x, h and d in columns; then each thread sums the gradients of
// the parameters that it owns over those rows, in order. Running averages stay in their owner's registers. Columns are one
// cell longer than the workgroup, so that threads reading different columns meet different memory banks.
//
// Occupancy: one workgroup a model, as many models at a time as fit by workgroup memory. One small model is bound by the
// latency of its two phases, about 2 · (multiply-adds of a row) + rows · ⌈parameters / threads⌉ · 2 loads a step.

import { ceilDiv } from '../../core/shape.ts';
import { drawingSettings, drawKept, scaleSettings } from './dropout.ts';
import { indent, type Lines, layerNumbers, type Network, range, unitsOf } from './network.ts';
import { trainRow } from './rows.ts';
import { momentNames, tableRow, updateOne } from './update.ts';

export function gpuKernel(network: Network, threads: number): string {
  const { params, shape } = network;
  const mine = range(ownedPerThread(network, threads));
  const forEachOwn = (lines: (k: number) => Lines, depth: number) => indent(mine.flatMap(lines), depth);
  return `
var<workgroup> w: array<f32, ${params}>;  // parameters
var<workgroup> cells: array<f32, ${cellCount(network, threads)}>;  // columns of ${threads} rows, and one cell, for each x, h and d, and the loss
var<workgroup> sums: array<f32, ${threads}>;
${ownership(network, threads)}

@compute @workgroup_size(${threads})
fn resident_step(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let model = group.x;
  let hyper = hyper_of(model);
  ${indent([...drawingSettings(network), ...scaleSettings(network)], 1)}
  ${forEachOwn((k) => takeOwn(network, threads, k), 1)}
  workgroupBarrier();
  for (var step: u32 = settings[0]; step < settings[2]; step++) {
    let slot = step - settings[1];
    ${indent(tableRow(network), 2)}
    ${forEachOwn((k) => [`var g${k}: f32 = 0.0;`], 2)}
    for (var trip: u32 = 0u; trip < ${ceilDiv(shape.batch, threads)}u; trip++) {
      let position = thread + ${threads}u * trip;
      ${indent(drawKept(network), 3)}
      ${indent(trainRow(network), 3)}
      ${indent(leaveInColumns(network, threads), 3)}
      workgroupBarrier();
      for (var row: u32 = 0u; row < ${threads}u; row++) {
        ${forEachOwn(addColumns, 4)}
      }
      workgroupBarrier();
    }
    ${indent(record(network, mine), 2)}
    ${indent(clip(network, mine), 2)}
    ${forEachOwn((k) => updateOwn(network, k), 2)}
    workgroupBarrier();
  }
  ${forEachOwn((k) => leaveOwn(network, k), 1)}
}

// The sum over the workgroup, by a tree: a fixed order.
fn sum_threads(thread: u32, value: f32) -> f32 {
  sums[thread] = value;
  workgroupBarrier();
  for (var half: u32 = ${threads / 2}u; half > 0u; half = half / 2u) {
    if (thread < half) { sums[thread] += sums[thread + half]; }
    workgroupBarrier();
  }
  let total = sums[0];
  workgroupBarrier();
  return total;
}`;
}

/** The k-th parameter of this thread, and its running averages, into registers. */
function takeOwn(network: Network, threads: number, k: number): Lines {
  const { params } = network;
  return [
    `let p${k} = thread + ${k * threads}u;`,
    `let own${k} = owned(p${k});`,
    `let at${k} = model * ${params}u + min(p${k}, ${params - 1}u);`,
    `var w${k}: f32 = parameters[at${k}];`,
    `if (p${k} < ${params}u) { w[p${k}] = w${k}; }`,
    ...momentNames(network).map((name, m) => `var ${name}${k}: f32 = moments[${momentAt(network, m, k)}];`),
  ];
}

function leaveOwn(network: Network, k: number): Lines {
  return [
    `if (own${k}.layer > 0u) {`,
    `  parameters[at${k}] = w${k};`,
    ...momentNames(network).map((name, m) => `  moments[${momentAt(network, m, k)}] = ${name}${k};`),
    '}',
  ];
}

/** Moments are (models, moments, params). */
function momentAt(network: Network, m: number, k: number): string {
  const others = momentNames(network).length - 1;
  return `at${k} + (model * ${others}u + ${m}u) * ${network.params}u`;
}

const addColumns = (k: number): Lines => [
  `g${k} += cells[own${k}.d + row] * select(1.0, cells[own${k}.h + row], own${k}.is_weight);`,
];

/** Parameters of a thread; the loss counts as one more, the sum of a column like any bias. */
const ownedPerThread = ({ params }: Network, threads: number): number => ceilDiv(params + 1, threads);

/** Columns: h of layer 0 (the inputs) to the last hidden one, then d of layer 1 to the output, then the loss. */
const hColumn = (network: Network, l: number): number => range(l).reduce((sum, k) => sum + unitsOf(network, k), 0);
const dColumn = (network: Network, l: number): number =>
  hColumn(network, network.shape.layers.length) + hColumn(network, l) - network.shape.inputs;
const lossColumn = (network: Network): number => dColumn(network, network.shape.layers.length + 1);

const cellCount = (network: Network, threads: number): number => (lossColumn(network) + 1) * (threads + 1);

/** Bytes of workgroup memory that the kernel takes. */
export function gpuKernelBytes(network: Network, threads: number): number {
  return 4 * (network.params + cellCount(network, threads) + threads);
}

/** Which columns give a parameter's gradient. Layer 0 stands for the loss, and for places that hold no parameter. */
function ownership(network: Network, threads: number): string {
  const column = (c: number) => `${c * (threads + 1)}u`;
  const ranges = layerNumbers(network).flatMap((l) => {
    const { wOffset, bOffset, fanIn, fanOut } = network.places[l - 1]!;
    const [d, h] = [column(dColumn(network, l)), column(hColumn(network, l - 1))];
    const stride = threads + 1;
    return [
      `  if ((p >= ${wOffset}u) & (p < ${wOffset + fanIn * fanOut}u)) {`,
      `    let q = p - ${wOffset}u;`,
      `    own = Owned(${d} + q / ${fanIn}u * ${stride}u, ${h} + q % ${fanIn}u * ${stride}u, true, ${l}u);`,
      `  }`,
      `  if ((p >= ${bOffset}u) & (p < ${bOffset + fanOut}u)) {`,
      `    own = Owned(${d} + (p - ${bOffset}u) * ${stride}u, 0u, false, ${l}u);`,
      `  }`,
    ];
  });
  return `
// d, h: where the columns begin whose products over the rows add up to the gradient; without h the column d alone.
struct Owned { d: u32, h: u32, is_weight: bool, layer: u32 }

fn owned(p: u32) -> Owned {
  var own: Owned = Owned(${column(lossColumn(network))}, 0u, false, 0u);
${ranges.join('\n')}
  return own;
}`;
}

function leaveInColumns(network: Network, threads: number): Lines {
  const cell = (column: number) => `cells[${column * (threads + 1)}u + thread]`;
  const below = layerNumbers(network).map((l) => l - 1);
  return [
    ...below.flatMap((l) => range(unitsOf(network, l)).map((u) => `${cell(hColumn(network, l) + u)} = h${l}_${u};`)),
    ...layerNumbers(network).flatMap((l) =>
      range(unitsOf(network, l)).map((u) => `${cell(dColumn(network, l) + u)} = d${l}_${u};`),
    ),
    `${cell(lossColumn(network))} = lost;`,
  ];
}

/** Adds the penalty, and writes the loss before this update: the mean loss, plus every weight's part of the penalty. */
function record(network: Network, mine: readonly number[]): Lines {
  return [
    'var part: f32 = 0.0;',
    ...mine.flatMap((k) => [
      `if (own${k}.is_weight) { part += 0.5 * hyper.l2 * w${k} * w${k}; g${k} += hyper.l2 * w${k}; }`,
      `if (p${k} == ${network.params}u) { part += g${k}; }`,
      `if (own${k}.layer == 0u) { g${k} = 0.0; }`,
    ]),
    'let objective = sum_threads(thread, part);',
    'if (thread == 0u) {',
    '  losses[slot * dims.models + model] = objective;',
    '  if (!numeric_is_finite(objective)) { atomicMin(&health[model * dims.health_stride], step); }',
    '}',
  ];
}

/** Scales the whole gradient to length clip_norm where it is longer. */
function clip(network: Network, mine: readonly number[]): Lines {
  if (!network.shape.clip) return [];
  return [
    `let norm = sqrt(sum_threads(thread, ${mine.map((k) => `g${k} * g${k}`).join(' + ')}));`,
    'let shrink = select(1.0, hyper.clip_norm / norm, norm > hyper.clip_norm);',
    ...mine.map((k) => `g${k} *= shrink;`),
  ];
}

function updateOwn(network: Network, k: number): Lines {
  return [
    ...updateOne(network, `${k}`, `select(0.0, hyper.weight_decay, own${k}.is_weight)`),
    `if (own${k}.layer > 0u) {`,
    `  w[p${k}] = w${k};`,
    `  if (!numeric_is_finite(w${k})) { atomicMin(&health[model * dims.health_stride + own${k}.layer], step + 1u); }`,
    '}',
  ];
}
