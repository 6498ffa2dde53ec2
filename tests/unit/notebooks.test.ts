// The engine against the four notebooks, in f64 on the CPU: every printed number of their trained experiments, and the
// independent float64 reruns, within 1e-9 plus 20 times what one unit in the last place of the start changes.
// Source: tests/fixtures/{initialization,optimization,regularization,gradient-checking}.json and dropout-masks.json.
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  checkGradient,
  createSession,
  type Evaluation,
  type LayerTensors,
  prepareRun,
  presets,
  type RecordEntry,
  type Run,
  relativeDifference,
  type Session,
  validate,
} from '../../src/index.ts';
import { baseRate, rateFactor } from '../../src/train/schedule.ts';
import { givenMasks } from '../../src/train/settings.ts';
import { createTimeline } from '../../src/train/timeline.ts';
import { expectClose } from '../support/close.ts';
import { type Experiment, epsilonOutside, experiments, flat, readFixture, valueAt } from '../support/notebooks.ts';

const LONG = 300_000;
const F64 = { backend: 'cpu', precision: 'f64' } as const;

// ---------------------------------------------------------------- the football points

/** A folder with football-train.csv and football-test.csv, which may not be shipped. */
const footballDir = process.env.BASIN_FOOTBALL_DIR;
const FOOTBALL = 'the published football points are not here: BASIN_FOOTBALL_DIR names no folder';
const onFootball = ({ id }: Experiment) => id.startsWith('regularization/');

/** The experiment's document: its preset, on the published points where it trains on them. */
function documentOf(e: Experiment): Run {
  const preset = presets[e.id]!;
  if (!onFootball(e)) return e.unit === 'epoch' ? { ...preset, record: { epochs: 1 } } : preset;
  const data = { csv: join(footballDir!, 'football-train.csv'), testCsv: join(footballDir!, 'football-test.csv') };
  return { ...preset, data: { ...data, label: 'label' } };
}

// ---------------------------------------------------------------- running

interface Replay {
  readonly start: LayerTensors[];
  readonly gradient: LayerTensors[];
  /** Steps or epochs → the cost there. */
  readonly costs: ReadonlyMap<number, number>;
  readonly record: readonly RecordEntry[];
  readonly weightsAfter: ReadonlyMap<number, LayerTensors[]>;
  readonly finalCost: number;
  readonly scores: Evaluation;
  readonly trainPredictions: string;
  readonly testPredictions: string;
}

async function bits(session: Session, set: 'train' | 'test'): Promise<string> {
  const rows = session.data[set];
  return rows ? Array.from(await session.predict(rows.x), (p) => (p > 0.5 ? 1 : 0)).join('') : '';
}

async function replay(e: Experiment): Promise<Replay> {
  const session = await createSession(documentOf(e), F64);
  const start = await session.weights();
  const gradient = await session.gradients();
  const perUnit = e.unit === 'epoch' ? 5 : 1;
  const listed = new Set([...(e.unit === 'step' ? e.float64.cost.at : []), ...e.float64.weightsAfter.keys()]);
  const costs = new Map<number, number>();
  const weightsAfter = new Map<number, LayerTensors[]>();
  for (const at of [...listed].sort((a, b) => a - b)) {
    await session.step(at * perUnit - session.steps);
    if (e.unit === 'step') costs.set(at, await session.loss());
    if (e.float64.weightsAfter.has(at)) weightsAfter.set(at, await session.weights());
  }
  expect(session.steps, 'the whole run').toBe(session.totalSteps);
  const record = await session.record();
  for (const entry of record) if ('epoch' in entry) costs.set(entry.epoch, entry.loss);
  return {
    start,
    gradient,
    costs,
    record,
    weightsAfter,
    finalCost: await session.loss(),
    scores: await session.evaluate(),
    trainPredictions: await bits(session, 'train'),
    testPredictions: await bits(session, 'test'),
  };
}

const replays = new Map<string, Promise<Replay>>();

/** Each experiment is run once. */
function replayOf(e: Experiment): Promise<Replay> {
  if (!replays.has(e.id)) replays.set(e.id, replay(e));
  return replays.get(e.id)!;
}

const numbers = (layers: readonly LayerTensors[]): number[] => layers.flatMap(({ w, b }) => [...w, ...b]);

/** What an engine may be off by at a listed step or epoch. */
const costTolerance = (e: Experiment, at: number): number =>
  1e-9 + 20 * valueAt({ at: e.float64.cost.at, values: e.sensitivity64.difference }, at);

/** At the end the last listed one holds. */
const finalTolerance = (e: Experiment): number => costTolerance(e, e.float64.cost.at[e.float64.cost.at.length - 1]!);

// ---------------------------------------------------------------- the trained experiments

describe.each(experiments)('$id', (e) => {
  let worst = 0;
  /** A fact about the whole run; the check may give the fraction of the tolerance that it used. */
  const fact = (name: string, check: (run: Replay) => unknown) =>
    test(name, { timeout: LONG }, async (ctx) => {
      if (onFootball(e) && !footballDir) ctx.skip(FOOTBALL);
      const used = check(await replayOf(e));
      if (typeof used === 'number') worst = Math.max(worst, used);
    });
  afterAll(() => {
    if (replays.has(e.id)) console.log(`${e.id.padEnd(40)} ${(100 * worst).toFixed(0).padStart(3)} % of the tolerance`);
  });

  fact('the initial weights are the same draws', ({ start }) =>
    expectClose(numbers(start), flat(e.initialWeights), { atol: 1e-15, rtol: 4e-16 }),
  );

  fact('the first gradient', ({ gradient }) =>
    expectClose(numbers(gradient), flat(e.float64.gradient), { atol: 1e-15, rtol: 1e-12 }),
  );

  fact('every printed cost', ({ costs }) => {
    const used = e.printed.cost.at.map((at) => {
      const printed = valueAt(e.printed.cost, at);
      // Computed as log(0) in the notebook; from logits the cost is finite.
      const expected = Number.isFinite(printed) ? printed : valueAt(e.float64.cost, at);
      return expectClose([costs.get(at)!], [expected], { atol: costTolerance(e, at) + e.printed.rounding });
    });
    return e.printed.rounding > 0 ? 0 : Math.max(...used);
  });

  fact('every cost of the float64 rerun', ({ costs }) => {
    const { at, values } = e.float64.cost;
    return Math.max(...at.map((k, i) => expectClose([costs.get(k)!], [values[i]!], { atol: costTolerance(e, k) })));
  });

  fact('the record of the document holds the printed steps or epochs', ({ record, costs }) => {
    const recorded = new Map(record.map((entry) => ['epoch' in entry ? entry.epoch : entry.step, entry.loss]));
    for (const at of e.printed.cost.at) expect(recorded.get(at)).toBe(costs.get(at));
  });

  fact('accuracies and predictions, exactly', ({ scores, trainPredictions, testPredictions }) => {
    for (const told of [e.printed, e.float64]) {
      expect(scores.train.accuracy).toBe(told.trainAccuracy);
      if (told.testAccuracy !== undefined) expect(scores.test?.accuracy).toBe(told.testAccuracy);
      if (told.trainPredictions !== undefined) expect(trainPredictions).toBe(told.trainPredictions);
      if (told.testPredictions !== undefined) expect(testPredictions).toBe(told.testPredictions);
    }
  });

  fact('the weights on the way', ({ weightsAfter }) => {
    const used = [...e.float64.weightsAfter]
      .filter(([at]) => !e.chaotic || at <= 10)
      .map(([at, expected]) => expectClose(numbers(weightsAfter.get(at)!), flat(expected), { atol: 1e-9, rtol: 1e-9 }));
    return Math.max(...used);
  });

  fact('the final losses, with and without penalty and dropout', ({ finalCost, scores }) => {
    const atol = finalTolerance(e);
    return Math.max(
      e.float64.finalCost === undefined ? 0 : expectClose([finalCost], [e.float64.finalCost], { atol }),
      expectClose([scores.train.loss], [e.float64.trainLoss], { atol }),
      e.float64.testLoss === undefined ? 0 : expectClose([scores.test!.loss], [e.float64.testLoss], { atol }),
    );
  });
});

// The notebook's Adam misses its own unit check by its epsilon; the usual form was run too.
test.each(epsilonOutside)('$id with epsilon outside the root', { timeout: LONG }, async (e) => {
  const { optimizer, ...preset } = presets[e.id]!;
  const run = { ...preset, optimizer: { ...optimizer!, epsilonInside: false }, record: { epochs: 1 } } as Run;
  const session = await createSession(run, F64);
  await session.step(session.totalSteps);
  const costs = (await session.record()).map(({ loss }) => loss);
  const { at, values } = e.float64.cost;
  for (const [i, epoch] of at.entries()) expectClose([costs[epoch]!], [values[i]!], { atol: costTolerance(e, epoch) });
  expect((await session.evaluate()).train.accuracy).toBe(e.float64.trainAccuracy);
});

describe.each(experiments.filter((e) => e.printed.learningRate))('$id', (e) => {
  // "After epoch e" is the rate that epoch e + 1 trains at.
  const { optimizer } = validate(presets[e.id]!);
  const rateAfter = (epoch: number) =>
    baseRate(optimizer) * rateFactor(optimizer, { step: 5 * (epoch + 1), epoch: epoch + 1, steps: 25_000 });

  test('the learning rates printed', () => {
    const { at, values } = e.printed.learningRate!;
    expectClose(at.map(rateAfter), values, { atol: 5e-7 });
  });

  test('the learning rates of the float64 rerun', () => {
    const { at, values } = e.float64.learningRate!;
    expectClose(at.map(rateAfter), values, { rtol: 4e-16 });
  });
});

// ---------------------------------------------------------------- gradient checking

describe('the gradient check of 47 parameters', () => {
  const expected = readFixture('gradient-checking').experiments[1];
  const id = 'gradient-checking/n-dimensional';

  test('the cost and the gradient are those of the float64 rerun', async () => {
    const session = await createSession(presets[id]!, F64);
    expectClose([await session.loss()], [expected.float64.cost], { rtol: 1e-14 });
    const gradient = numbers(await session.gradients());
    expect(gradient).toHaveLength(47);
    expectClose(gradient, expected.float64.gradient, { atol: 1e-12 });
  });

  test('differences agree with the gradient better than the notebook accepts', async () => {
    const { fitted, data } = await prepareRun(presets[id]!);
    const check = await checkGradient(fitted, data);
    expect(check.moved).toBe(false);
    expect(check.rows).toBe(3);
    expect(check.difference).toBeLessThan(expected.printed.acceptanceThreshold);
    expect(check.difference).toBeLessThan(expected.printed.difference);
  });

  // Expected: 0.2850931567761623 as printed, from differences over 1e-7.
  test('the two planted mistakes give the difference printed', async () => {
    const { fitted, data } = await prepareRun(presets[id]!);
    const { analytic, numeric } = await checkGradient(fitted, data);
    const { places } = (await createSession(presets[id]!, F64)).plan;
    const [first, second] = places as [(typeof places)[number], (typeof places)[number]];
    const wrong = analytic.slice();
    const multiply = (start: number, count: number, factor: number) => {
      for (let p = start; p < start + count; p++) wrong[p]! *= factor;
    };
    multiply(second.wOffset, second.fanIn * second.fanOut, 2);
    multiply(first.bOffset, first.fanOut, 4);
    const difference = relativeDifference(wrong, numeric);
    expectClose([difference], [expected.printed.expectedDifferenceWithMistakes], { atol: 1e-6 });
  });

  test('the check of one parameter gives the difference printed', () => {
    const { printed, float64 } = readFixture('gradient-checking').experiments[0];
    const difference = relativeDifference(Float64Array.of(printed.dtheta), Float64Array.of(float64.numericGradient));
    expectClose([difference], [printed.difference], { rtol: 1e-6 });
  });
});

// ---------------------------------------------------------------- dropout masks

describe('the masks of the dropout run', () => {
  const file = readFixture('dropout-masks');
  /** Layer → [rows][units]; the file has a bit string for each unit. */
  const masks = (['1', '2'] as const).map((layer): number[][] => {
    const units: string[] = file.masks[layer];
    return Array.from({ length: file.examples }, (_, row) => units.map((kept) => Number(kept[row])));
  });
  const preset = presets['regularization/dropout']!;

  test("are those of numpy's generator, bit for bit", () => {
    const run = validate(preset);
    const own = givenMasks(run, createTimeline(run, file.examples));
    expect(Array.from(own)).toEqual(masks.flat(2));
    expect(own.reduce((kept, bit) => kept + bit, 0)).toBe(file.kept['1'] + file.kept['2']);
  });

  test('given in the document, they replay the same run to the last bit', async () => {
    const layers = preset.layers.map((layer, l) => (l < 2 ? { ...layer, dropMasks: [masks[l]!] } : layer));
    const drawn = await createSession(preset, F64);
    const given = await createSession({ ...preset, layers }, F64);
    for (const session of [drawn, given]) await session.step(100);
    expect(numbers(await given.weights())).toEqual(numbers(await drawn.weights()));
  });
});
