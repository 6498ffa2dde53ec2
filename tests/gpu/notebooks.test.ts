// The notebooks' experiments on the device, each notebook as one sweep, within 1e-6 plus 5 times what float32 runs of the
// reference differ by (tests/fixtures, `float32`); and the first steps of every preset against the CPU in f64.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presets, type RecordEntry, type Run, type SweepInput } from '../../src/index.ts';
import { expectClose } from '../support/close.ts';
import { type Experiment, experiments, flat } from '../support/notebooks.ts';
import { type Outcome, type SweepOutcome, trainAlone } from '../support/train.ts';
import { openPage, type TestPage } from './page-client.ts';

const LONG = 600_000;

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

/**
 * What float32 may be off by at a step or epoch: 1e-6 and 5 times the largest of the differences listed there, before and after.
 * Those next to it alone can be next to nothing: the reference's float32 runs end on one path, which crosses the float64 curve.
 */
function tolerance({ float64, float32 }: Experiment, at: number): number {
  const later = float64.cost.at.findIndex((listed) => listed > at);
  const next = later < 0 ? float64.cost.at.length - 1 : later;
  return 1e-6 + 5 * Math.max(...float32.difference.slice(Math.max(0, next - 2), next + 1));
}

/** In the chaotic run's first descent a unit of the second layer comes within 2e-5 of its kink; rounding decides its side. */
const isComparable = ({ chaotic }: Experiment, at: number) => !(chaotic && at === 100);

// ---------------------------------------------------------------- whole runs

/** A folder with the published football points, which may not be shipped. */
const footballDir = process.env.BASIN_FOOTBALL_DIR;
const FOOTBALL = 'the published football points are not here: BASIN_FOOTBALL_DIR names no folder';
const FOOTBALL_FILES = ['football-train.csv', 'football-test.csv'];

interface Notebook {
  readonly name: string;
  readonly sweep: SweepInput;
  /** Experiments in the order of the sweep's models. */
  readonly ids: readonly string[];
  readonly needsFootball?: true;
}

const optimizationIds = experiments.map(({ id }) => id).filter((id) => id.startsWith('optimization/'));

const notebooks: readonly Notebook[] = [
  {
    name: 'Initialization.ipynb',
    sweep: {
      base: 'initialization/he',
      models: [{ init: { scheme: 'zeros' } }, { init: { scheme: 'normal', scale: 10 } }, {}],
    },
    ids: ['initialization/zeros', 'initialization/random', 'initialization/he'],
  },
  {
    name: 'Optimization_methods.ipynb',
    sweep: {
      base: { ...presets['optimization/gd']!, record: { epochs: 100 } },
      models: optimizationIds.map((id) => ({ optimizer: presets[id]!.optimizer! })),
    },
    ids: optimizationIds,
  },
  {
    name: 'Regularization.ipynb',
    sweep: {
      base: {
        ...presets['regularization/none']!,
        data: { csv: FOOTBALL_FILES[0]!, testCsv: FOOTBALL_FILES[1]!, label: 'label' },
      },
      models: [{}, { l2: 0.7 }, { dropRate: 0.14 }],
    },
    ids: ['regularization/none', 'regularization/l2', 'regularization/dropout'],
    needsFootball: true,
  },
];

/** Slices of steps that end where costs are listed, and at the end of the run. */
function slicesOf(e: Experiment): number[] {
  if (e.unit === 'epoch') return [25_000];
  const stops = [...e.float64.cost.at.filter((at) => at > 0), Math.max(...e.float64.weightsAfter.keys())];
  return stops.map((at, i) => at - (stops[i - 1] ?? 0));
}

/** Step or epoch → cost. */
function costsOf(e: Experiment, { losses, record }: Outcome): Map<number, number> {
  if (e.unit === 'step') return new Map(e.float64.cost.at.map((at, i) => [at, losses[i]!]));
  return new Map(record.map((entry: RecordEntry) => ['epoch' in entry ? entry.epoch : entry.step, entry.loss]));
}

/** Within the range that float32 runs of the reference have, give or take a row. */
function expectAccuracy(accuracy: number, [low, high]: readonly [number, number], rows: number): void {
  expect(accuracy).toBeGreaterThanOrEqual(low - 1.0001 / rows);
  expect(accuracy).toBeLessThanOrEqual(high + 1.0001 / rows);
}

describe.each(notebooks)('$name', ({ name, sweep, ids, needsFootball }) => {
  const absent = needsFootball && !footballDir;
  const found = ids.map((id) => experiments.find((e) => e.id === id)!);
  let outcome: SweepOutcome;
  beforeAll(async () => {
    if (absent) return;
    const texts = needsFootball
      ? FOOTBALL_FILES.map((file) => [file, readFileSync(join(footballDir!, file), 'utf8')])
      : [];
    outcome = await page.call<SweepOutcome>(
      'train.together',
      sweep,
      slicesOf(found[0]!),
      {},
      Object.fromEntries(texts),
    );
  }, LONG);
  afterAll(() => {
    if (!outcome) return;
    const { strategy } = outcome.models[0]!;
    console.log(`${name}: ${ids.length} models, ${strategy}, ${(outcome.trainMs / 1000).toFixed(1)} s`);
  });

  test.for(found.map((e, m) => [e.id, e, m] as const))('%s', ([, e, m], ctx) => {
    if (absent) ctx.skip(FOOTBALL);
    const model = outcome.models[m]!;
    expectClose(model.start, Float32Array.from(flat(e.initialWeights)));
    const costs = costsOf(e, model);
    const compared = e.float64.cost.at.filter((at) => costs.has(at) && isComparable(e, at));
    expect(compared.length).toBeGreaterThanOrEqual(e.printed.cost.at.length);
    const used = compared.map((at) => {
      const expected = e.float64.cost.values[e.float64.cost.at.indexOf(at)]!;
      return expectClose([costs.get(at)!], [expected], { atol: tolerance(e, at) });
    });
    console.log(`${e.id.padEnd(40)} ${(100 * Math.max(...used)).toFixed(0).padStart(3)} % of the tolerance`);
    expectAccuracy(model.scores.train.accuracy!, e.float32.trainAccuracy, needsFootball ? 211 : 300);
    if (e.float32.testAccuracy) {
      expectAccuracy(model.scores.test!.accuracy!, e.float32.testAccuracy, needsFootball ? 200 : 100);
    }
  });
});

// ---------------------------------------------------------------- the first steps of every preset

/**
 * The sine and a tanh network without biases are odd, so the gradients of the biases are 0 but for rounding, and Adam makes
 * whole steps of their signs: f32 on the CPU is 6e-4 off as well.
 */
const AMPLIFIES_ROUNDING = 'regression/sine';

function stepTolerance(id: string, k: number): { atol: number; rtol?: number } {
  const e = experiments.find((found) => found.id === id);
  if (e) return { atol: tolerance(e, e.unit === 'epoch' ? Math.floor(k / 5) : k) };
  return id === AMPLIFIES_ROUNDING ? { atol: 5e-3 } : { atol: 1e-6, rtol: 1e-6 };
}

describe('the first 100 steps are those of the CPU in f64', () => {
  const trained = Object.entries(presets).filter(([, run]) => run.steps !== 0);
  let worst = { used: 0, id: '' };
  afterAll(() => console.log(`first steps: ${(100 * worst.used).toFixed(0)} % of the tolerance: ${worst.id}`));

  test.each(trained)('%s', { timeout: LONG }, async (id, preset) => {
    const steps = id === 'initialization/random' ? 10 : 100;
    const run: Run = { ...preset, record: 1 };
    const gpu = await page.call<Outcome>('train.alone', run, [steps]);
    const cpu = await trainAlone(run, [steps], { backend: 'cpu', precision: 'f64' });
    expect(gpu.record).toHaveLength(steps + 1);
    const used = cpu.record.map(({ loss }, k) => expectClose([gpu.record[k]!.loss], [loss], stepTolerance(id, k)));
    if (id !== AMPLIFIES_ROUNDING) used.push(expectClose(gpu.weights, cpu.weights, { atol: 1e-5, rtol: 1e-5 }));
    const most = Math.max(...used);
    if (most > worst.used) worst = { used: most, id };
  });
});
