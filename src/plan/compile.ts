// NetworkShape → Plan. A pure function: the same shape gives the same plan, on any machine.

import { ceilDiv } from '../core/shape.ts';
import { ACTIVATION } from '../ops/activation.ts';
import { DROPOUT } from '../ops/dropout.ts';
import { LOSS, SCORE_BLOCK } from '../ops/loss.ts';
import { MOMENTS, OPTIMIZER, RATE_SIZE } from '../ops/optimizer.ts';
import { type AdapterTraits, chooseStrategy, type StrategyPin } from './choose.ts';
import {
  assertNoAliasing,
  gradientName,
  keepsZ,
  maskWords,
  outputName,
  outputUnits,
  placeLayers,
  planBuffers,
  predictRows,
  scoreBlocks,
  tableSteps,
} from './memory.ts';
import type { Dispatch, LayerPlace, NetworkShape, Plan } from './plan.ts';
import { keptShape, residentSegment, residentSteps, settingsLength } from './resident/dispatches.ts';
import { denseVariant, gradientParts, type ProductSize } from './variant.ts';

/** What the steps below share: the shape, where its parameters lie, and the rows of the tables of steps. */
interface Context {
  readonly shape: NetworkShape;
  readonly steps: number;
  readonly places: readonly LayerPlace[];
  readonly params: number;
  readonly traits: AdapterTraits | null;
}

/** Rows that a layer reads: a buffer, and where in it they start. */
interface Input {
  readonly buffer: string;
  readonly offset: number;
  readonly rows: number;
  /** Elements from one model's rows to the next; 0 where the models share them. */
  readonly stride: number;
  /** 1 where the order table picks them. */
  readonly gather: 0 | 1;
}

/**
 * @param traits of the WebGPU device that will run the plan; null, the default, for the CPU.
 * @param pin a strategy of the caller's own.
 */
export function compile(shape: NetworkShape, traits: AdapterTraits | null = null, pin?: StrategyPin): Plan {
  const { places, params } = placeLayers(shape);
  const strategy = chooseStrategy(shape, places, params, traits, pin);
  const resident = strategy.preset && { shape, places, params, preset: strategy.preset };
  const most = tableSteps(shape, strategy.name);
  const steps = resident ? residentSteps(resident, most) : most;
  const context: Context = { shape, steps, places, params, traits };
  const forward = [...trainForward(context), lossHead(shape)];
  const backward = trainBackward(context);
  const training = (loss: Dispatch) => [...forward, loss, ...backward, ...update(context), advance()];
  const segments = {
    step: resident
      ? residentSegment(resident, steps, training(objective(context)))
      : training({ ...objective(context), onlyRecorded: true }),
    loss: [...forward, objective(context)],
    gradients: [...forward, ...backward],
    evaluateTrain: evaluate(context, 'train'),
    evaluateValidation: evaluate(context, 'validation'),
    evaluateTest: evaluate(context, 'test'),
    predict: predict(context),
    grid: [decisionGrid(shape), ...predict(context)],
  };
  Object.values(segments).flat().forEach(assertNoAliasing);
  return {
    shape,
    strategy,
    places,
    params,
    tableSteps: steps,
    predictRows: predictRows(shape),
    buffers: planBuffers(shape, params, {
      steps,
      settings: resident ? settingsLength(resident, steps) : 0,
      kept: resident ? keptShape(resident, steps) : [],
      parts: Math.max(...places.map((place) => gradientParts(gradWSize(shape, place), traits))),
    }),
    segments,
  };
}

// ---------------------------------------------------------------- one training step

/** What layer l reads in training: the batch, which the order table picks from the rows, or the output of the layer below. */
function layerInput({ shape, places }: Context, l: number): Input {
  const rows = shape.batch;
  if (l === 0) return { buffer: 'train_x', offset: 0, rows, stride: 0, gather: gathers(shape) };
  return { buffer: outputName(shape, l - 1), offset: 0, rows, stride: rows * places[l]!.fanIn, gather: 0 };
}

const gathers = (shape: NetworkShape): 0 | 1 => (shape.gather ? 1 : 0);

function trainForward(context: Context): Dispatch[] {
  const { shape } = context;
  return shape.layers.flatMap((layer, l) => {
    const input = layerInput(context, l);
    const y = outputName(shape, l);
    if (!keepsZ(shape, l)) {
      const constants = { ACTIVATION: ACTIVATION[layer.activation], DROPOUT: DROPOUT[layer.dropout] };
      return [dense(context, l, input, y, constants)];
    }
    return [
      dense(context, l, input, `z${l + 1}`, { ACTIVATION: ACTIVATION.linear, DROPOUT: DROPOUT.none }),
      activation(context, l, y),
    ];
  });
}

function dense(
  context: Context,
  l: number,
  input: Input,
  y: string,
  constants: { ACTIVATION: number; DROPOUT: number },
): Dispatch {
  const { shape, places, params } = context;
  const { fanIn, fanOut, wOffset, bOffset } = places[l]!;
  const size = { rows: input.rows, columns: fanOut, depth: fanIn };
  const variant = denseVariant('dense_forward', size, context.traits);
  const shared = sharedActivation(context, l, constants.ACTIVATION);
  return {
    op: variant.op,
    dims: {
      models: shape.models,
      batch: input.rows,
      fan_in: fanIn,
      fan_out: fanOut,
      x_offset: input.offset * fanIn,
      x_stride: input.stride,
      gather: input.gather,
      params,
      w_offset: wOffset,
      b_offset: bOffset,
      linear: shared === constants.ACTIVATION ? 0 : 1,
      ...dropoutDims(shape, l),
    },
    buffers: { x: input.buffer, parameters: 'parameters', ...dropoutBuffers, order: 'order', y },
    constants: { ...variant.constants, ...constants, ACTIVATION: shared },
  };
}

/** A linear layer takes the kernel of the layer below it on a device, which has one less to compile. */
function sharedActivation({ shape, traits }: Context, l: number, own: number): number {
  if (traits === null || l === 0 || own !== ACTIVATION.linear || keepsZ(shape, l - 1)) return own;
  return ACTIVATION[shape.layers[l - 1]!.activation];
}

function activation({ shape }: Context, l: number, y: string): Dispatch {
  const layer = shape.layers[l]!;
  return {
    op: 'activation_forward',
    dims: { models: shape.models, batch: shape.batch, fan_out: layer.units, ...dropoutDims(shape, l) },
    buffers: { z: `z${l + 1}`, ...dropoutBuffers, y },
    constants: { ACTIVATION: ACTIVATION[layer.activation], DROPOUT: DROPOUT[layer.dropout] },
  };
}

const dropoutBuffers = {
  drop_keys: 'drop_keys',
  drop_scale: 'drop_scale',
  clock: 'clock',
  drop_masks: 'drop_masks',
};

/** Given masks lie layer by layer: (masks, batch, units) each, the whole again for each model unless they are shared. */
export function dropoutDims(shape: Pick<NetworkShape, 'layers' | 'batch' | 'sharedMasks'>, l: number) {
  const sizes = shape.layers.map((layer) => layer.masks * shape.batch * layer.units);
  return {
    layers: shape.layers.length,
    layer: l,
    masks: Math.max(1, shape.layers[l]!.masks),
    mask_offset: sizes.slice(0, l).reduce((sum, size) => sum + size, 0),
    mask_stride: shape.sharedMasks ? 0 : maskWords(shape),
  };
}

function lossHead(shape: NetworkShape): Dispatch {
  return {
    op: 'loss_head',
    dims: {
      models: shape.models,
      batch: shape.batch,
      units: outputUnits(shape),
      targets: shape.targets,
      gather: gathers(shape),
      health_stride: shape.layers.length + 1,
    },
    buffers: {
      logits: 'logits',
      y: 'train_y',
      clock: 'clock',
      batch_rows: 'batch_rows',
      order: 'order',
      row_loss: 'row_loss',
      d_logits: 'd_logits',
      health: 'health',
    },
    constants: { LOSS: LOSS[shape.loss] },
  };
}

function objective({ shape, params }: Context): Dispatch {
  return {
    op: 'objective',
    dims: {
      models: shape.models,
      batch: shape.batch,
      params,
      tensors: 2 * shape.layers.length,
      health_stride: shape.layers.length + 1,
    },
    buffers: {
      row_loss: 'row_loss',
      parameters: 'parameters',
      tensor_offsets: 'tensor_offsets',
      hyper: 'hyper',
      clock: 'clock',
      batch_rows: 'batch_rows',
      losses: 'losses',
      health: 'health',
    },
    constants: {},
  };
}

/** From the last layer down: its weights' gradient, then the gradient of the z below it. */
function trainBackward(context: Context): Dispatch[] {
  return context.shape.layers.flatMap((_, index) => {
    const l = context.shape.layers.length - 1 - index;
    return l === 0 ? gradW(context, l) : [...gradW(context, l), gradX(context, l)];
  });
}

/** d_w of layer l is fan_out × fan_in sums over the batch. */
function gradWSize(shape: NetworkShape, { fanIn, fanOut }: LayerPlace): ProductSize {
  return { rows: fanOut, columns: fanIn, depth: shape.batch };
}

function gradW(context: Context, l: number): Dispatch[] {
  const { shape, places, params, traits } = context;
  const { fanIn, fanOut, wOffset, bOffset } = places[l]!;
  const input = layerInput(context, l);
  const size = gradWSize(shape, places[l]!);
  const splits = gradientParts(size, traits);
  const variant = denseVariant('dense_grad_w', size, traits, splits);
  const products: Dispatch = {
    op: variant.op,
    dims: {
      models: shape.models,
      batch: shape.batch,
      fan_in: fanIn,
      fan_out: fanOut,
      x_offset: 0,
      x_stride: input.stride,
      gather: input.gather,
      params,
      w_offset: wOffset,
      b_offset: bOffset,
      splits,
    },
    buffers: {
      d_y: gradientName(shape, l),
      x: input.buffer,
      parameters: 'parameters',
      hyper: 'hyper',
      clock: 'clock',
      order: 'order',
      gradients: splits > 1 ? 'gradient_parts' : 'gradients',
    },
    constants: variant.constants,
  };
  return splits > 1 ? [products, sumGradients(context, l, splits)] : [products];
}

function sumGradients({ shape, places, params }: Context, l: number, splits: number): Dispatch {
  const { fanIn, fanOut, wOffset, bOffset } = places[l]!;
  const weightsEnd = wOffset + fanOut * fanIn;
  return {
    op: 'sum_gradients',
    dims: { models: shape.models, params, splits, first: wOffset, weights_end: weightsEnd, end: bOffset + fanOut },
    buffers: { parts: 'gradient_parts', parameters: 'parameters', hyper: 'hyper', gradients: 'gradients' },
    constants: {},
  };
}

function gradX({ shape, places, params, traits }: Context, l: number): Dispatch {
  const below = shape.layers[l - 1]!;
  const size = { rows: shape.batch, columns: below.units, depth: places[l]!.fanOut };
  const variant = denseVariant('dense_grad_x', size, traits);
  return {
    op: variant.op,
    dims: {
      models: shape.models,
      batch: shape.batch,
      units_above: places[l]!.fanOut,
      fan_out: below.units,
      params,
      w_offset: places[l]!.wOffset,
      ...dropoutDims(shape, l - 1),
    },
    buffers: {
      d_y: gradientName(shape, l),
      parameters: 'parameters',
      saved: keepsZ(shape, l - 1) ? `z${l}` : outputName(shape, l - 1),
      ...dropoutBuffers,
      d_z: gradientName(shape, l - 1),
    },
    constants: { ...variant.constants, ACTIVATION: ACTIVATION[below.activation], DROPOUT: DROPOUT[below.dropout] },
  };
}

function update({ shape, steps, params }: Context): Dispatch[] {
  const clip: Dispatch = {
    op: 'clip_gradient',
    dims: { models: shape.models, params },
    buffers: { hyper: 'hyper', gradients: 'gradients' },
    constants: {},
  };
  const optimizer: Dispatch = {
    op: 'optimizer_step',
    dims: {
      models: shape.models,
      params,
      moments: MOMENTS[shape.optimizer],
      tensors: 2 * shape.layers.length,
      rate_stride: shape.sharedRates ? 0 : steps * RATE_SIZE,
      health_stride: shape.layers.length + 1,
    },
    buffers: {
      gradients: 'gradients',
      hyper: 'hyper',
      rates: 'rates',
      clock: 'clock',
      tensor_offsets: 'tensor_offsets',
      parameters: 'parameters',
      moments: 'moments',
      health: 'health',
    },
    constants: { OPTIMIZER: OPTIMIZER[shape.optimizer], EPSILON_INSIDE: shape.epsilonInside ? 1 : 0 },
  };
  return shape.clip ? [clip, optimizer] : [optimizer];
}

function advance(): Dispatch {
  return { op: 'advance_clock', dims: { steps: 1 }, buffers: { clock: 'clock' }, constants: {} };
}

// ---------------------------------------------------------------- evaluation and prediction

/** A forward pass without dropout over some rows; the logits end in the returned buffer. */
function inference(
  context: Context,
  input: Pick<Input, 'buffer' | 'offset' | 'rows'>,
): { dispatches: Dispatch[]; logits: string } {
  const { shape, places } = context;
  let source: Input = { ...input, stride: 0, gather: 0 };
  let logits = '';
  const dispatches = shape.layers.map((layer, l) => {
    logits = l % 2 === 0 ? 'predict_a' : 'predict_b';
    const constants = { ACTIVATION: ACTIVATION[layer.activation], DROPOUT: DROPOUT.none };
    const dispatch = dense(context, l, source, logits, constants);
    source = { buffer: logits, offset: 0, rows: input.rows, stride: input.rows * places[l]!.fanOut, gather: 0 };
    return dispatch;
  });
  return { dispatches, logits };
}

function evaluate(context: Context, set: 'train' | 'validation' | 'test'): Dispatch[] {
  const { shape } = context;
  const total = shape.rows[set];
  const pass = predictRows(shape);
  return Array.from({ length: ceilDiv(total, pass) }, (_, index) => {
    const offset = index * pass;
    const rows = Math.min(pass, total - offset);
    const { dispatches, logits } = inference(context, { buffer: `${set}_x`, offset, rows });
    return [...dispatches, score(shape, set, logits, offset, rows)];
  }).flat();
}

function score(shape: NetworkShape, set: string, logits: string, offset: number, rows: number): Dispatch {
  return {
    op: 'score_rows',
    dims: {
      models: shape.models,
      batch: rows,
      units: outputUnits(shape),
      targets: shape.targets,
      y_offset: offset * shape.targets,
      rows,
      block_offset: offset / SCORE_BLOCK,
      blocks: scoreBlocks(shape.rows[set as 'train']),
    },
    buffers: { logits, y: `${set}_y`, scores: `${set}_scores` },
    constants: { LOSS: LOSS[shape.loss] },
  };
}

function predict(context: Context): Dispatch[] {
  const { shape } = context;
  const rows = predictRows(shape);
  const { dispatches, logits } = inference(context, { buffer: 'predict_x', offset: 0, rows });
  const probabilities: Dispatch = {
    op: 'probabilities',
    dims: { models: shape.models, batch: rows, units: outputUnits(shape) },
    buffers: { logits, y: 'predictions' },
    constants: { LOSS: LOSS[shape.loss] },
  };
  return [...dispatches, probabilities];
}

function decisionGrid(shape: NetworkShape): Dispatch {
  return {
    op: 'decision_grid',
    dims: { batch: predictRows(shape), inputs: shape.inputs },
    buffers: { grid: 'grid', base: 'grid_base', x: 'predict_x' },
    constants: {},
  };
}
