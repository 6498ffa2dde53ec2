// The network in a run document: layers, loss and initial weights.

import { anyNumber, fail, integer, list, many, number, object, oneOf, required, show, table } from './checks.ts';
import { ACTIVATIONS, DEFAULTS, INIT_SCHEMES, LOSSES, RANGES } from './defaults.ts';
import type { CanonicalInit, CanonicalLayer, LayerWeights, LossName } from './types.ts';
import type { DataShape, Seeds } from './validate-data.ts';

const LAYER_KEYS = ['units', 'activation', 'dropRate', 'dropMasks'];
const LAYER_EXAMPLE = '{ "units": 10, "activation": "relu" }';

// ---------------------------------------------------------------- layers

export function validateLayers(value: unknown): CanonicalLayer[] {
  const last = Array.isArray(value) ? value.length - 1 : -1;
  return list('layers', value, `layers such as ${LAYER_EXAMPLE}, the last one the output`, (path, layer, l) =>
    l === last ? validateOutput(path, layer) : validateHidden(path, layer),
  );
}

function validateHidden(path: string, value: unknown): CanonicalLayer {
  const fields = object(path, value, 'a layer', LAYER_KEYS, LAYER_EXAMPLE);
  const layer: CanonicalLayer = {
    units: validateUnits(path, fields),
    activation: oneOf(`${path}.activation`, fields.activation ?? DEFAULTS.activation, ACTIVATIONS),
    dropRate: validateDropRate(`${path}.dropRate`, fields.dropRate ?? DEFAULTS.dropRate),
  };
  if (fields.dropMasks === undefined) return layer;
  if (layer.dropRate === 0) {
    fail(`${path}.dropMasks`, `given with dropRate 0, which has no scale 1/(1 - dropRate). Give ${path}.dropRate too.`);
  }
  return { ...layer, dropMasks: validateMasks(`${path}.dropMasks`, fields.dropMasks, layer.units) };
}

/** The output produces logits, so it is linear and keeps every unit. */
function validateOutput(path: string, value: unknown): CanonicalLayer {
  const fields = object(path, value, 'a layer', LAYER_KEYS, '{ "units": 1 }');
  const units = validateUnits(path, fields);
  const activation = oneOf(`${path}.activation`, fields.activation ?? 'linear', ACTIVATIONS);
  if (activation !== 'linear') {
    const why = 'The last layer produces logits; the loss applies sigmoid or softmax itself';
    fail(`${path}.activation`, `"${activation}" on the output layer. Allowed: linear. ${why}. Remove it.`);
  }
  const dropped = ['dropRate', 'dropMasks'].find((key) => fields[key] !== undefined && fields[key] !== 0);
  if (dropped !== undefined) {
    fail(
      `${path}.${dropped}`,
      `${show(fields[dropped])} on the output layer, which keeps every unit. Allowed: 0. Remove it.`,
    );
  }
  return { units, activation, dropRate: 0 };
}

function validateUnits(path: string, fields: { readonly [key: string]: unknown }): number {
  return integer(`${path}.units`, required(path, fields, 'units', 'Write how many units the layer has.'), RANGES.units);
}

export function validateDropRate(path: string, value: unknown): number {
  return number(path, value, RANGES.fraction, 'It is the fraction removed; for "keep 80 %" write 0.2.');
}

/** [masks][rows][units] of zeros and ones; every mask has the same rows. */
function validateMasks(path: string, value: unknown, units: number): number[][][] {
  const bit = (at: string, each: unknown) =>
    each === 0 || each === 1 ? each : fail(at, `${show(each)} is not a mask bit. Allowed: 0 (removed) and 1 (kept).`);
  const masks = list(path, value, 'masks', (at, mask) => table(at, mask, 'units', bit, units));
  const rows = masks[0]?.length;
  const other = masks.findIndex((mask) => mask.length !== rows);
  if (other > 0)
    fail(`${path}[${other}]`, `has ${masks[other]?.length} rows where ${path}[0] has ${rows}. Make them equal.`);
  return masks;
}

/** Masks hold one row for each position in the batch. */
export function checkMaskRows(layers: readonly CanonicalLayer[], batchSize: number): void {
  layers.forEach(({ dropMasks }, l) => {
    const rows = dropMasks?.[0]?.length ?? batchSize;
    if (rows === batchSize) return;
    fail(
      `layers[${l}].dropMasks[0]`,
      `has ${rows} rows, but a batch has ${batchSize}. Give one row for each position in the batch.`,
    );
  });
}

// ---------------------------------------------------------------- loss

export function validateLoss(value: unknown): LossName | undefined {
  return value === undefined ? undefined : oneOf('loss', value, LOSSES);
}

/** The loss asked for, or the one that follows the labels; throws where labels, loss and output units do not go together. */
export function resolveLoss(
  asked: LossName | undefined,
  shape: DataShape,
  layers: readonly CanonicalLayer[],
): LossName {
  const units = layers.at(-1)?.units ?? 0;
  const loss = asked ?? defaultLoss(shape, units);
  const path = `layers[${layers.length - 1}].units`;
  if (loss === 'softmaxCrossEntropy') checkSoftmax(path, units, shape);
  else if (shape.classes === null) checkTargets(path, units, shape.targets, loss);
  else if (loss === 'sigmoidCrossEntropy') checkBinary(path, units, shape.classes);
  else if (units !== 1)
    fail(path, `${many(units, 'output')} for labels taken as numbers by ${loss}. Allowed: 1. Write 1.`);
  return loss;
}

function defaultLoss({ classes }: DataShape, units: number): LossName {
  if (classes === null) return 'meanSquaredError';
  return units === 1 ? 'sigmoidCrossEntropy' : 'softmaxCrossEntropy';
}

function checkSoftmax(path: string, units: number, { classes }: DataShape): void {
  if (classes === null) {
    fail(
      'loss',
      '"softmaxCrossEntropy" needs class labels, and these are numbers. Write class indices, or "meanSquaredError".',
    );
  }
  if (units < Math.max(classes, 2)) {
    fail(
      path,
      `${many(units, 'output')} for ${classes} classes. Allowed: ${classes} or more with softmaxCrossEntropy. Write ${classes}.`,
    );
  }
}

function checkBinary(path: string, units: number, classes: number): void {
  if (units !== 1) {
    fail(
      path,
      `${many(units, 'output')} with sigmoidCrossEntropy and class labels. Allowed: 1; for more use softmaxCrossEntropy.`,
    );
  }
  if (classes > 2) {
    const remedy = `For classes write ${classes} units; where the labels are plain numbers write "loss": "meanSquaredError"`;
    fail(path, `1 output for ${classes} classes. One output tells 2 classes apart. ${remedy}.`);
  }
}

function checkTargets(path: string, units: number, targets: number, loss: LossName): void {
  if (units === targets) return;
  fail(
    path,
    `${many(units, 'output')} for ${many(targets, 'target')} a row. Allowed with ${loss}: ${targets}. Write ${targets}.`,
  );
}

export function validateL2(path: string, value: unknown): number {
  return number(path, value, RANGES.l2, 'It is the λ of the penalty λ/(2N) · Σ‖W‖².');
}

// ---------------------------------------------------------------- initial weights

const INIT_EXAMPLE = '{ "scheme": "heNormal" }';

/** @param units of every layer, in order; they fix the shapes of given weights. */
export function validateInit(path: string, value: unknown, seeds: Seeds, units: readonly number[]): CanonicalInit {
  const fields = object(path, value, 'init', ['scheme', 'seed', 'scale', 'weights'], INIT_EXAMPLE);
  const scheme = oneOf(`${path}.scheme`, required(path, fields, 'scheme', `Write ${INIT_EXAMPLE}.`), INIT_SCHEMES);
  const init: CanonicalInit = { scheme, seed: integer(`${path}.seed`, fields.seed ?? seeds.root, seeds.within) };
  const scaled = scheme === 'normal' || scheme === 'uniform';
  if (fields.scale !== undefined && !scaled) {
    fail(
      `${path}.scale`,
      `${show(fields.scale)} with ${scheme}, which sets its own. Allowed with normal and uniform. Remove it.`,
    );
  }
  if (fields.weights !== undefined && scheme !== 'given') {
    fail(
      `${path}.weights`,
      `given with the scheme ${scheme}. Allowed with given. Write "scheme": "given", or remove them.`,
    );
  }
  if (scaled) init.scale = number(`${path}.scale`, fields.scale ?? DEFAULTS.initScale, RANGES.initScale);
  if (scheme === 'given') {
    const weights = required(path, fields, 'weights', 'Write one { "w": [[…]], "b": […] } for each layer.');
    init.weights = validateWeights(`${path}.weights`, weights, units);
  }
  return init;
}

function validateWeights(path: string, value: unknown, units: readonly number[]): LayerWeights[] {
  const weights = list(path, value, 'layers of weights', (at, layer, l) =>
    validateLayerWeights(at, layer, units[l], units[l - 1]),
  );
  if (weights.length !== units.length) {
    fail(
      path,
      `has ${weights.length} layers of weights for ${units.length} layers. Give one for each layer, the output too.`,
    );
  }
  return weights;
}

function validateLayerWeights(path: string, value: unknown, fanOut: number | undefined, fanIn?: number): LayerWeights {
  const fields = object(path, value, 'a layer of weights', ['w', 'b'], '{ "w": [[0.1, 0.2]], "b": [0] }');
  const remedy = 'Write { "w": [[… fan_in numbers], … fan_out rows], "b": [… fan_out numbers] }.';
  const w = table(`${path}.w`, required(path, fields, 'w', remedy), 'weights', anyNumber, fanIn);
  const b = list(`${path}.b`, required(path, fields, 'b', remedy), 'biases', anyNumber);
  checkLength(`${path}.w`, w.length, fanOut, 'rows');
  checkLength(`${path}.b`, b.length, fanOut, 'biases');
  return { w, b };
}

/** A layer of weights without a layer of its own is reported as such, by the number of layers. */
function checkLength(path: string, came: number, units: number | undefined, what: string): void {
  if (units !== undefined && came !== units) {
    fail(path, `has ${came} ${what} for a layer of ${units} units. Give one for each unit; w is [fan_out][fan_in].`);
  }
}

/** The first layer's fan-in is known only with the data. */
export function checkFirstFanIn(path: string, { weights }: CanonicalInit, inputs: number): void {
  const fanIn = weights?.[0]?.w[0]?.length ?? inputs;
  if (fanIn === inputs) return;
  fail(`${path}.weights[0].w[0]`, `has ${fanIn} weights for data of ${inputs} columns. Give one for each column.`);
}
