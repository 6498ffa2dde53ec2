// From anything to a run document in canonical form: every default filled in, keys in a fixed order, or a SpecError.
import { fail, integer, object, oneOf, required, show, text } from './checks.ts';
import { DEFAULTS, RANGES, RNGS } from './defaults.ts';
import { batchSize } from './steps.ts';
import type { CanonicalRun } from './types.ts';
import { type DataShape, type Seeds, shapeOf, validateData } from './validate-data.ts';
import {
  checkFirstFanIn,
  checkMaskRows,
  resolveLoss,
  validateInit,
  validateL2,
  validateLayers,
  validateLoss,
} from './validate-network.ts';
import {
  checkOrder,
  validateBatch,
  validateEarlyStopping,
  validateLength,
  validateOptimizer,
  validateRecord,
} from './validate-training.ts';

const RUN_KEYS = [
  'basin',
  'name',
  'seed',
  'rng',
  'data',
  'layers',
  'loss',
  'l2',
  'init',
  'optimizer',
  'batch',
  'maskSeed',
  'steps',
  'epochs',
  'record',
  'earlyStopping',
] as const satisfies (keyof CanonicalRun)[];
const EXAMPLE = '{ "basin": 1, "data": { "name": "circles" }, "layers": [{ "units": 10 }, { "units": 1 }] }';

/**
 * The canonical form of a run document; a canonical document comes back equal. The input is not changed or kept.
 *
 * @throws SpecError with the path of the first thing that is wrong.
 */
export function validate(input: unknown): CanonicalRun {
  const fields = object('run', input, 'a run document', RUN_KEYS, EXAMPLE);
  checkVersion(required('run', fields, 'basin', 'Write "basin": 1, the version of the format.'));
  const rng = oneOf('rng', fields.rng ?? DEFAULTS.rng, RNGS);
  const within = rng === 'numpy' ? RANGES.numpySeed : RANGES.seed;
  const seeds: Seeds = { root: integer('seed', fields.seed ?? DEFAULTS.seed, within), within };
  if (fields.maskSeed !== undefined && rng !== 'numpy') {
    fail(
      'maskSeed',
      `${show(fields.maskSeed)} with rng "${rng}". Allowed with rng "numpy"; otherwise masks follow seed. Remove it.`,
    );
  }
  const loss = validateLoss(fields.loss);
  const data = validateData(
    required('run', fields, 'data', 'Write for example "data": { "name": "circles" }.'),
    seeds,
    loss,
  );
  const layers = validateLayers(required('run', fields, 'layers', 'Write for example "layers": [{ "units": 1 }].'));
  const length = validateLength(fields);
  const run: CanonicalRun = {
    basin: 1,
    ...(fields.name !== undefined && { name: text('name', fields.name) }),
    seed: seeds.root,
    rng,
    data,
    layers,
    ...(loss !== undefined && { loss }),
    l2: validateL2('l2', fields.l2 ?? DEFAULTS.l2),
    init: validateInit('init', fields.init ?? { scheme: DEFAULTS.initScheme }, seeds, unitsOf(layers)),
    optimizer: validateOptimizer('optimizer', fields.optimizer ?? { name: DEFAULTS.optimizer }),
    batch: validateBatch(fields.batch ?? {}, seeds),
    ...(rng === 'numpy' && { maskSeed: integer('maskSeed', fields.maskSeed ?? DEFAULTS.maskSeed, within) }),
    ...length,
    record: validateRecord(fields.record, length),
    ...(fields.earlyStopping !== undefined && { earlyStopping: validateEarlyStopping(fields.earlyStopping, data) }),
  };
  const shape = shapeOf(data, loss);
  return shape === null ? run : fitToData(run, shape);
}

/**
 * Checks a document against its data and fills in the loss that follows the labels. `validate` does it for built-in and
 * inline data; CSV data is fitted once its files have been read.
 *
 * @throws SpecError where layers, given weights, masks or batch order do not fit the rows.
 */
export function fitToData(run: CanonicalRun, shape: DataShape): CanonicalRun {
  const loss = resolveLoss(run.loss, shape, run.layers);
  if (run.earlyStopping?.metric === 'validation.accuracy' && shape.classes === null) {
    fail(
      'earlyStopping.metric',
      '"validation.accuracy" needs class labels, and these are numbers. Write "validation.loss".',
    );
  }
  checkFirstFanIn('init', run.init, shape.inputs);
  checkOrder(run.batch, shape.trainRows);
  checkMaskRows(run.layers, batchSize(run, shape.trainRows));
  const { basin, name, seed, rng, data, layers, loss: _, ...rest } = run;
  return { basin, ...(name !== undefined && { name }), seed, rng, data, layers, loss, ...rest };
}

export function unitsOf(layers: CanonicalRun['layers']): number[] {
  return layers.map(({ units }) => units);
}

function checkVersion(value: unknown): void {
  if (value !== 1) fail('basin', `${show(value)} is not a format this version reads. Allowed: 1. Write "basin": 1.`);
}
