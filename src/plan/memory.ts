// Sizes of a plan's buffers, where tensors lie in them, and whether a device can hold them. Pure.

import { LimitError } from '../core/errors.ts';
import { alignUp, ceilDiv } from '../core/shape.ts';
import { SCORE_BLOCK } from '../ops/loss.ts';
import { MOMENTS } from '../ops/optimizer.ts';
import { ops } from '../ops/table.ts';
import type { Dispatch, LayerPlace, NetworkShape, Plan, PlanBuffer, StrategyName } from './plan.ts';

/** Tensors start at multiples of this many elements. */
const TENSOR_ALIGNMENT = 4;
/** What the tables of one submit, and one pass of prediction, may take together over all models. */
const TABLE_BYTES = 4 << 20;
const PREDICT_BYTES = 16 << 20;
const MAX_TABLE_STEPS = { layered: 256, resident: 1024 } as const satisfies Record<StrategyName, number>;

export function placeLayers(shape: NetworkShape): { places: LayerPlace[]; params: number } {
  const places: LayerPlace[] = [];
  let fanIn = shape.inputs;
  let end = 0;
  for (const { units } of shape.layers) {
    const wOffset = end;
    const bOffset = alignUp(wOffset + units * fanIn, TENSOR_ALIGNMENT);
    places.push({ fanIn, fanOut: units, wOffset, bOffset });
    end = alignUp(bOffset + units, TENSOR_ALIGNMENT);
    fanIn = units;
  }
  return { places, params: end };
}

/** Where w₁, b₁, w₂, … begin, and the end. */
export function tensorOffsets(places: readonly LayerPlace[], params: number): number[] {
  return [...places.flatMap((place) => [place.wOffset, place.bOffset]), params];
}

/** Steps per table: as many as fit the budget, between 16 and 256, or 1024 for resident. No result depends on it. */
export function tableSteps(shape: NetworkShape, strategy: StrategyName): number {
  const perStep = 4 * (shape.models + (shape.gather ? shape.batch : 0) + 4 * (shape.sharedRates ? 1 : shape.models));
  return Math.max(16, Math.min(MAX_TABLE_STEPS[strategy], Math.floor(TABLE_BYTES / perStep)));
}

/** Rows of one pass of evaluation or prediction: whole score blocks, no more than the largest set of rows needs. */
export function predictRows(shape: NetworkShape): number {
  const widest = Math.max(shape.inputs, ...shape.layers.map((layer) => layer.units));
  const most = Math.floor(PREDICT_BYTES / (4 * shape.models * widest * SCORE_BLOCK));
  const largest = ceilDiv(Math.max(shape.rows.train, shape.rows.validation, shape.rows.test, 1024), SCORE_BLOCK);
  return SCORE_BLOCK * Math.max(1, Math.min(most, largest));
}

/** What all models share. */
const buffer = (name: string, element: PlanBuffer['element'], ...shape: number[]): PlanBuffer => ({
  name,
  element,
  shape,
  modelAxis: null,
});

/** Words of one model's given masks; four more, since a kernel reads four at a time. */
export const maskWords = ({ layers, batch }: Pick<NetworkShape, 'layers' | 'batch'>): number =>
  layers.reduce((total, layer) => total + layer.masks * batch * layer.units, 4);

export const scoreBlocks = (rows: number): number => Math.max(1, ceilDiv(rows, SCORE_BLOCK));

/**
 * All buffers of a plan. The model axis comes first wherever models differ.
 *
 * @param sizes `steps`: rows of the tables of steps; `settings`: words of the packed tables that resident steps read;
 *   `parts`: gradients a model that are added up, 1 where there are no parts; `kept`: (steps, M, words) of dropout drawn ahead.
 */
export function planBuffers(
  shape: NetworkShape,
  params: number,
  { steps, settings, parts, kept }: { steps: number; settings: number; parts: number; kept: readonly number[] },
): Record<string, PlanBuffer> {
  const { models: M, inputs: I, targets: T, batch: B, rows } = shape;
  const L = shape.layers.length;
  const predict = predictRows(shape);
  const widest = Math.max(...shape.layers.map((layer) => layer.units));
  const outputs = outputUnits(shape);
  const perModel = (name: string, element: PlanBuffer['element'], ...ofModel: number[]): PlanBuffer => ({
    ...buffer(name, element, M, ...ofModel),
    modelAxis: 0,
  });
  const list = [
    // The rows, shared by all models.
    buffer('train_x', 'real', rows.train, I),
    buffer('train_y', 'real', rows.train, T),
    buffer('validation_x', 'real', rows.validation, I),
    buffer('validation_y', 'real', rows.validation, T),
    buffer('test_x', 'real', rows.test, I),
    buffer('test_y', 'real', rows.test, T),
    // Each model's setting.
    perModel('hyper', 'real', 8),
    perModel('drop_keys', 'u32', L, 4),
    perModel('drop_scale', 'real', L),
    shape.sharedMasks ? buffer('drop_masks', 'u32', maskWords(shape)) : perModel('drop_masks', 'u32', maskWords(shape)),
    buffer('tensor_offsets', 'u32', 2 * L + 1),
    // What the next steps need, and the losses they leave.
    buffer('clock', 'u32', 3),
    buffer('batch_rows', 'u32', steps),
    buffer('order', 'u32', shape.gather ? steps : 0, B),
    shape.sharedRates ? buffer('rates', 'real', 1, steps, 4) : perModel('rates', 'real', steps, 4),
    { ...buffer('losses', 'real', steps, M), modelAxis: 1 },
    ...(settings > 0 ? [buffer('settings', 'u32', settings)] : []),
    ...(kept.length > 0 ? [{ ...buffer('kept', 'u32', ...kept), modelAxis: 1 }] : []),
    // Each model's state.
    perModel('parameters', 'real', params),
    perModel('moments', 'real', MOMENTS[shape.optimizer], params),
    perModel('health', 'u32', L + 1),
    // One step.
    ...shape.layers.flatMap((layer, l) => [
      ...(keepsZ(shape, l) ? [perModel(`z${l + 1}`, 'real', B, layer.units)] : []),
      perModel(outputName(shape, l), 'real', B, layer.units),
      perModel(gradientName(shape, l), 'real', B, layer.units),
    ]),
    perModel('row_loss', 'real', B),
    perModel('gradients', 'real', params),
    ...(parts > 1 ? [perModel('gradient_parts', 'real', parts, params)] : []),
    // Evaluation and prediction.
    buffer('predict_x', 'real', predict, I),
    perModel('predict_a', 'real', predict, widest),
    perModel('predict_b', 'real', predict, widest),
    perModel('predictions', 'real', predict, outputs),
    perModel('train_scores', 'real', scoreBlocks(rows.train), 2),
    perModel('validation_scores', 'real', scoreBlocks(rows.validation), 2),
    perModel('test_scores', 'real', scoreBlocks(rows.test), 2),
    buffer('grid', 'real', 9),
    buffer('grid_base', 'real', I),
  ];
  return Object.fromEntries(list.map((entry) => [entry.name, entry]));
}

/** gelu's derivative needs z; every other activation's can be had from its output. */
export function keepsZ(shape: NetworkShape, l: number): boolean {
  return shape.layers[l]!.activation === 'gelu';
}

export function outputName(shape: NetworkShape, l: number): string {
  return l === shape.layers.length - 1 ? 'logits' : `h${l + 1}`;
}

export function gradientName(shape: NetworkShape, l: number): string {
  return l === shape.layers.length - 1 ? 'd_logits' : `d_z${l + 1}`;
}

export const outputUnits = (shape: NetworkShape): number => shape.layers[shape.layers.length - 1]!.units;

export function elements(entry: PlanBuffer): number {
  return entry.shape.reduce((product, n) => product * n, 1);
}

/** @param threads that share the models: each has what all models read for itself. */
export function planBytes(plan: Plan, threads = 1): number {
  const bytes = Object.values(plan.buffers).map((b) => bufferBytes(b) * (b.modelAxis === null ? threads : 1));
  return bytes.reduce((total, n) => total + n, 0);
}

const bufferBytes = (entry: PlanBuffer): number => elements(entry) * 4;

export function largestBufferBytes(plan: Plan): number {
  return Math.max(...Object.values(plan.buffers).map(bufferBytes));
}

/** What a device can hold and dispatch. */
export interface PlanLimits {
  /** Bytes of the largest buffer. */
  readonly bufferBytes: number;
  readonly workgroupsPerDimension: number;
}

/** @throws LimitError when one of the plan's buffers or dispatches is larger than the device allows. */
export function checkLimits(plan: Plan, limits: PlanLimits): void {
  for (const entry of Object.values(plan.buffers)) {
    const need = bufferBytes(entry);
    if (need > limits.bufferBytes) {
      const message = `${entry.name} [${entry.shape.join(' × ')}] does not fit one buffer of this device. Fewer models, rows or units would.`;
      throw new LimitError('maxStorageBufferBindingSize', need, limits.bufferBytes, message);
    }
  }
  for (const dispatch of Object.values(plan.segments).flat()) {
    const { dims } = dispatch;
    const op = ops[dispatch.op];
    const need = Math.max(...op.grid(dims, { ...op.constants, ...dispatch.constants }));
    if (need > limits.workgroupsPerDimension) {
      const message = `${dispatch.op} is too large for one dispatch of this device. Fewer models or a smaller batch would fit.`;
      throw new LimitError('maxComputeWorkgroupsPerDimension', need, limits.workgroupsPerDimension, message);
    }
  }
}

/**
 * WebGPU refuses a buffer that one dispatch both reads and writes, even in disjoint ranges. The plan must not ask for it.
 *
 * @throws Error naming the dispatch: a mistake in the compiler, not in a run document.
 */
export function assertNoAliasing(dispatch: Dispatch): void {
  const { bindings } = ops[dispatch.op];
  const written = Object.keys(bindings).filter((name) => bindings[name]!.access !== 'read');
  for (const name of written) {
    const users = Object.keys(bindings).filter((other) => dispatch.buffers[other] === dispatch.buffers[name]);
    if (users.length > 1)
      throw new Error(`${dispatch.op}: ${dispatch.buffers[name]} is bound to ${users.join(' and ')}`);
  }
}
