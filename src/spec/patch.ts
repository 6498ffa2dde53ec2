// Sweeps: one base document and, for each model, a patch of it. Every model becomes a whole canonical document.
import { SpecError } from '../core/errors.ts';
import { anyObject, type Fields, fail, integer, list, object, required, show } from './checks.ts';
import { RANGES } from './defaults.ts';
import { type Halving, readHalving } from './halving.ts';
import { presets } from './presets.ts';
import type { CanonicalLayer, CanonicalRun, Init, Optimizer, Run } from './types.ts';
import { unitsOf, validate } from './validate.ts';
import { shapeOf } from './validate-data.ts';
import { checkFirstFanIn, validateInit, validateL2 } from './validate-network.ts';
import { validateOptimizer } from './validate-training.ts';
import { checkDropRates, expandVary, MAX_MODELS, readSearch, type Search, type Vary } from './vary.ts';

export { type Axis, expandVary, type Search, type Vary } from './vary.ts';

/** What one model of a sweep has of its own. */
export interface ModelPatch {
  seed?: number;
  l2?: number;
  /** Merged into the base's where the scheme is the same or left out; another scheme replaces it, but for its seed. */
  init?: Partial<Init>;
  /** Merged into the base's where the name is the same or left out; another name replaces it. */
  optimizer?: Partial<Optimizer>;
  /** For every hidden layer, or one number for each. */
  dropRate?: number | number[];
}

/** A sweep document: the models are listed, or made by varying settings. */
export interface Sweep {
  /** A run document or the id of a preset. */
  base: Run | string;
  models?: ModelPatch[];
  vary?: Vary;
  search?: Search;
}

const PATCH_KEYS = ['seed', 'l2', 'init', 'optimizer', 'dropRate'];
const SWEEP_KEYS = ['base', 'models', 'vary', 'search'];
const PATCH_EXAMPLE = '{ "l2": 0.1, "seed": 7 }';

/** A sweep document read: every model's whole document, and how the models are halved. */
export interface SweepPlan {
  readonly models: CanonicalRun[];
  readonly halving: Required<Halving> | null;
}

/** The data and the batches are the base's whatever a model's seed is: both seeds are written out. */
export function readSweep(sweep: unknown): SweepPlan {
  const fields = object('sweep', sweep, 'a sweep', SWEEP_KEYS, '{ "base": { … }, "vary": { "l2": [0, 0.1, 1] } }');
  const base = readBase(required('', fields, 'base', 'Write a run document or the id of a preset.'));
  if (fields.models !== undefined && fields.vary !== undefined) {
    fail('vary', 'given together with models. Allowed: one of them. Remove one.');
  }
  if (fields.models === undefined) {
    const patches = expandVary(required('', fields, 'vary', 'Write models or vary.'), fields.search);
    const halving = readHalving(readSearch(fields.search), patches.length, base.run);
    return { models: patches.map((patch) => patchModel(base, patch, 'vary')), halving };
  }
  if (fields.search !== undefined) fail('search', `${show(fields.search)} with models. Allowed with vary. Remove it.`);
  const models = list('models', fields.models, `patches such as ${PATCH_EXAMPLE}`, (path, patch) =>
    patchModel(base, patch, path),
  );
  integer('models', models.length, MAX_MODELS, 'It is the number of models.');
  return { models, halving: null };
}

/**
 * One model's whole document.
 *
 * @param path of the patch, for messages: `models[3]`.
 * @throws SpecError where the patch has other keys, or values that the document would not take.
 */
export function applyPatch(base: Run, patch: ModelPatch, path = 'patch'): CanonicalRun {
  return patchModel(readBase(base), patch, path);
}

// ---------------------------------------------------------------- base

/** A base in canonical form, and whether its start has a seed of its own: otherwise it follows each model's seed. */
interface Base {
  readonly run: CanonicalRun;
  readonly initSeed: number | undefined;
}

function readBase(value: unknown): Base {
  const written = typeof value === 'string' ? presetById(value) : value;
  const run = inside('base', () => validate(written));
  return { run, initSeed: (written as Run).init?.seed };
}

function presetById(id: string): Run {
  const preset = Object.hasOwn(presets, id) ? presets[id] : undefined;
  return (
    preset ??
    fail('base', `"${id}" is not a preset. Allowed: a run document, or one of ${Object.keys(presets).join(', ')}.`)
  );
}

/** Runs `read` with its errors' paths counted from `path`. */
function inside<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError(`${path}.${error.path}`, error.message.slice(error.path.length + 2));
  }
}

// ---------------------------------------------------------------- patching

function patchModel({ run, initSeed }: Base, patch: unknown, path: string): CanonicalRun {
  const fields = object(path, patch, 'a model', PATCH_KEYS, PATCH_EXAMPLE);
  const within = run.rng === 'numpy' ? RANGES.numpySeed : RANGES.seed;
  const seed = integer(`${path}.seed`, fields.seed ?? run.seed, within);
  const merged = mergeInit(run.init, initSeed, fields.init ?? {}, `${path}.init`);
  const init = validateInit(`${path}.init`, merged, { root: seed, within }, unitsOf(run.layers));
  const inputs = shapeOf(run.data, run.loss)?.inputs;
  if (inputs !== undefined) checkFirstFanIn(`${path}.init`, init, inputs);
  return {
    ...run,
    seed,
    layers: patchLayers(run.layers, fields.dropRate, `${path}.dropRate`),
    l2: validateL2(`${path}.l2`, fields.l2 ?? run.l2),
    init,
    optimizer: validateOptimizer(`${path}.optimizer`, mergeOptimizer(run.optimizer, fields.optimizer ?? {}, path)),
  };
}

function mergeInit(base: CanonicalRun['init'], initSeed: number | undefined, patch: unknown, path: string): Fields {
  const fields = anyObject(path, patch, '{ "scheme": "heNormal" }');
  const { seed: _, ...settings } = base;
  const kept = fields.scheme === undefined || fields.scheme === base.scheme ? settings : {};
  return { ...kept, ...(initSeed !== undefined && { seed: initSeed }), ...fields };
}

function mergeOptimizer(base: CanonicalRun['optimizer'], patch: unknown, path: string): Fields {
  const fields = anyObject(`${path}.optimizer`, patch, '{ "learningRate": 0.1 }');
  return fields.name === undefined || fields.name === base.name ? { ...base, ...fields } : fields;
}

function patchLayers(layers: CanonicalLayer[], value: unknown, path: string): CanonicalLayer[] {
  if (value === undefined) return layers;
  const rates = checkDropRates(path, value);
  const hidden = layers.length - 1;
  if (Array.isArray(rates) && rates.length !== hidden) {
    fail(path, `has ${rates.length} rates for ${hidden} hidden layers. Write one number for all, or one for each.`);
  }
  return layers.map((layer, l) => {
    if (l === hidden) return layer;
    const dropRate = Array.isArray(rates) ? rates[l]! : rates;
    if (dropRate === 0 && layer.dropMasks)
      fail(path, `0 for layers[${l}], which has dropMasks. Allowed: above 0, for their scale.`);
    return { ...layer, dropRate };
  });
}
