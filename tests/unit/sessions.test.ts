// Sessions and sweeps on the CPU backend, in both precisions: what a model may depend on, and what the surface promises.
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  BackendError,
  createSession,
  createSweep,
  DataError,
  DivergenceError,
  fromSafetensors,
  LimitError,
  type Run,
  type Session,
  type SessionOptions,
  SpecError,
} from '../../src/index.ts';
import { expectClose } from '../support/close.ts';
import { flatten, follow, mixedBase, mixedSweep, trainAlone, trainTogether } from '../support/train.ts';

const F64: SessionOptions = { backend: 'cpu', precision: 'f64' };
const F32: SessionOptions = { backend: 'cpu' };

const open = (run: Run, options = F64): Promise<Session> => createSession(run, options);

/** Steps through the whole document. */
async function trained(run: Run, options = F64): Promise<Session> {
  const session = await open(run, options);
  await session.step(session.totalSteps);
  return session;
}

describe.each([
  ['f32', F32],
  ['f64', F64],
] as const)('in %s', (_, options) => {
  test('every model of a sweep has the bits of its own document run alone', async () => {
    const { runs, models } = await trainTogether(mixedSweep, [5, 19], options);
    expect(models).toHaveLength(mixedSweep.models!.length);
    for (const [m, run] of runs.entries()) {
      expect(models[m], `model ${m}`).toEqual(await trainAlone(run, [5, 19], options));
    }
  });

  test('the models of that sweep differ', async () => {
    const { models } = await trainTogether(mixedSweep, [24], options);
    expect(new Set(models.map(({ losses }) => losses[1])).size).toBe(models.length);
  });

  test('the same document gives the same bits twice, whatever the slices', async () => {
    const whole = await trainAlone(mixedBase, [24], options);
    for (const slices of [[24], [7, 7, 7, 3], new Array<number>(24).fill(1)]) {
      const { losses: _, ...sliced } = await trainAlone(mixedBase, slices, options);
      const { losses: __, ...expected } = whole;
      expect(sliced).toEqual(expected);
    }
  });

  test('a model taken out of a sweep goes on exactly', async () => {
    const { models } = await trainTogether(mixedSweep, [10, 14], options);
    const sweep = await createSweep(mixedSweep, options);
    await sweep.step(10);
    for (const m of [0, 2, 6, 9, 13, 14]) {
      const session = await sweep.session(m);
      expect(session.steps).toBe(10);
      const { weights, losses } = await follow(session, [14]);
      expect(weights, `model ${m}`).toEqual(models[m]!.weights);
      expect(losses).toEqual(models[m]!.losses.slice(1));
    }
  });

  test('reset goes back to the same start and the same curve', async () => {
    const session = await open(mixedBase, options);
    const first = await follow(session, [10, 14]);
    await session.reset();
    expect(session.steps).toBe(0);
    expect(await follow(session, [10, 14])).toEqual(first);
  });

  test('two sessions that step in turns do not touch each other', async () => {
    const other: Run = { ...mixedBase, seed: 8, layers: [{ units: 3 }, { units: 1 }] };
    const [a, b] = await Promise.all([open(mixedBase, options), open(other, options)]);
    const slices = [1, 2, 3, 18];
    const [first, second] = await Promise.all([follow(a, slices), follow(b, slices)]);
    expect(first).toEqual(await trainAlone(mixedBase, slices, options));
    expect(second).toEqual(await trainAlone(other, slices, options));
  });

  test('train() makes the updates of the document, and an abort loses nothing', async () => {
    const expected = flatten(await (await trained(mixedBase, options)).weights());
    const session = await open(mixedBase, options);
    const abort = new AbortController();
    let aborted = 0;
    for await (const { step } of session.train({ signal: abort.signal, everyMs: 0.001 })) {
      if (step >= 16 && aborted === 0) aborted = step;
      if (aborted) abort.abort();
    }
    expect(session.steps).toBe(aborted);
    expect(aborted).toBeLessThan(24);
    let last = { step: 0, steps: 0, loss: 0 };
    for await (const progress of session.train()) last = progress;
    expect(last).toMatchObject({ step: 24, steps: 24, loss: await session.loss() });
    expect(flatten(await session.weights())).toEqual(expected);
    expect((await session.record()).map((entry) => 'step' in entry && entry.step)).toEqual([0, 7, 14, 21, 24]);
  });

  test('calls made at once run one after another', async () => {
    const session = await open(mixedBase, options);
    const [, loss, , weights] = await Promise.all([
      session.step(5),
      session.loss(),
      session.step(5),
      session.weights(),
    ]);
    const expected = await trainAlone(mixedBase, [5, 5], options);
    expect(loss).toBe(expected.losses[1]);
    expect(flatten(weights)).toEqual(expected.weights);
  });
});

test('f32 and f64 start from the same draws, rounded once', async () => {
  const [single, double] = await Promise.all([open(mixedBase, F32), open(mixedBase)]);
  const wide = flatten(await double.weights());
  expect(wide.some((w) => Math.fround(w) !== w)).toBe(true);
  expect(flatten(await single.weights())).toEqual(Float32Array.from(wide));
});

// ---------------------------------------------------------------- losses and scores, by hand

const SMALL: Run = {
  basin: 1,
  data: { name: 'moons', rows: 50, testRows: 20, seed: 4 },
  layers: [{ units: 6, activation: 'tanh' }, { units: 1 }],
  optimizer: { name: 'sgd', learningRate: 0.5 },
  batch: { size: 16, order: 'sequential' },
  epochs: 6,
  record: { epochs: 2 },
};

/** Cross-entropy of probabilities p against labels y, from its definition. */
const crossEntropy = (p: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(p, (q, i) => -(y[i]! * Math.log(q) + (1 - y[i]!) * Math.log(1 - q))).reduce((a, b) => a + b, 0) / p.length;

const accuracy = (p: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(p).filter((q, i) => (q > 0.5 ? 1 : 0) === y[i]).length / p.length;

test('evaluate() is the mean loss and the fraction of hits over each set of rows', async () => {
  const session = await trained({ ...SMALL, data: { name: 'moons', rows: 50, testRows: 20, validationFraction: 0.2 } });
  const scores = await session.evaluate();
  const { train, validation, test: held } = session.data;
  expect([train.count, validation!.count, held!.count]).toEqual([40, 10, 20]);
  for (const [rows, score] of [
    [train, scores.train],
    [validation!, scores.validation!],
    [held!, scores.test!],
  ] as const) {
    const p = await session.predict(rows.x);
    expectClose([score.loss], [crossEntropy(p, rows.y)], { rtol: 1e-12 });
    expect(score.accuracy).toBe(accuracy(p, rows.y));
  }
});

test('without test or held-out rows, or without classes, scores say null', async () => {
  const x = [[0], [1], [2], [3]];
  const regression = await open({ basin: 1, data: { x, y: [0.1, 0.9, 2.2, 2.8] }, layers: [{ units: 1 }] });
  const { train, test: held, validation } = await regression.evaluate();
  expect([held, validation, train.accuracy]).toEqual([null, null, null]);
  // Mean over rows of the squared distance, no ½.
  const values = await regression.predict(x);
  const squares = [0.1, 0.9, 2.2, 2.8].map((y, i) => (values[i]! - y) ** 2);
  expectClose([train.loss], [squares.reduce((a, b) => a + b, 0) / 4], { rtol: 1e-12 });
});

test('the loss at a step is that of the batch which the next update uses', async () => {
  const session = await open({ ...SMALL, l2: 3 });
  const { train } = session.data;
  for (let step = 0; step < 5; step++) {
    const first = 16 * (step % 4);
    const end = Math.min(50, first + 16);
    const p = await session.predict(train.x.slice(2 * first, 2 * end));
    const squares = (await session.weights()).flatMap(({ w }) => [...w]).reduce((sum, w) => sum + w * w, 0);
    const expected = crossEntropy(p, train.y.slice(first, end)) + (3 / (2 * 50)) * squares;
    expectClose([await session.loss()], [expected], { rtol: 1e-12 });
    await session.step(1);
  }
});

test('a record by epochs is the mean over the examples of the loss each met', async () => {
  const session = await open(SMALL);
  const met: number[] = [];
  for (let step = 0; step < 24; step++) {
    met.push((await session.loss()) * (step % 4 === 3 ? 2 : 16));
    await session.step(1);
  }
  const mean = (epoch: number) => met.slice(4 * epoch, 4 * epoch + 4).reduce((a, b) => a + b, 0) / 50;
  const record = await session.record();
  expect(record.map((entry) => 'epoch' in entry && entry.epoch)).toEqual([0, 2, 4, 5]);
  expectClose(
    record.map(({ loss }) => loss),
    [0, 2, 4, 5].map(mean),
    { rtol: 1e-14 },
  );
});

test('no steps at all evaluates the start', async () => {
  const session = await open({ ...mixedBase, steps: 0 });
  for await (const { step } of session.train()) expect(step).toBe(0);
  expect(await session.record()).toEqual([{ step: 0, loss: await session.loss() }]);
});

test('step() may go past the end of the document', async () => {
  const session = await trained(mixedBase);
  await session.step(6);
  const longer = await trained({ ...mixedBase, steps: 30 });
  expect(session.steps).toBe(30);
  expect(flatten(await session.weights())).toEqual(flatten(await longer.weights()));
});

test('one call may record more losses than a call has arguments', async () => {
  const run: Run = {
    basin: 1,
    data: { x: [[1], [2]], y: [0, 1] },
    layers: [{ units: 1 }],
    steps: 150_000,
    record: 1,
  };
  expect(await (await trained(run)).record()).toHaveLength(150_001);
});

test('weights given in the options are the start', async () => {
  const from = await (await trained(mixedBase)).weights();
  const session = await open(mixedBase, { ...F64, weights: from });
  expect(await session.weights()).toEqual(from);
  await expect(open(mixedBase, { ...F64, weights: from.slice(1) })).rejects.toThrow(SpecError);
});

// ---------------------------------------------------------------- rows as people have them

test('predict and decisionGrid take the units of the data, standardized or not', async () => {
  const data = { name: 'moons', rows: 40, testRows: 0, standardize: true } as const;
  const session = await trained({ ...SMALL, data });
  const { mean, deviation } = session.data.scaling!;
  const raw = session.data.train.x.map((v, i) => v * deviation[i % 2]! + mean[i % 2]!);
  const p = await session.predict(raw);
  const { train } = await session.evaluate();
  expectClose([train.loss], [crossEntropy(p, session.data.train.y)], { rtol: 1e-9 });

  const [columns, rows] = [7, 5];
  const grid = await session.decisionGrid({ x: [-1, 2], y: [-0.5, 1], columns, rows });
  const points = Array.from({ length: rows * columns }, (_, i) => [
    -1 + (3 * (i % columns)) / (columns - 1),
    -0.5 + (1.5 * Math.floor(i / columns)) / (rows - 1),
  ]);
  expectClose(grid, await session.predict(points), { rtol: 1e-10 });
  expect(Math.max(...grid) - Math.min(...grid)).toBeGreaterThan(0.1);
});

test('predict rejects rows of another width', async () => {
  const session = await open(SMALL);
  await expect(async () => session.predict([[1, 2, 3]])).rejects.toThrow(/x\[0\]/);
  await expect(async () => session.predict(new Float32Array(3))).rejects.toThrow(SpecError);
});

const PETS = ['weight,age,kind', '4,3,cat', '30,5,dog', '0.1,1,fish', '5,9,cat', '25,2,dog', '0.2,2,fish'].join('\n');

test('text labels become classes in the order of their names', async () => {
  const run: Run = {
    basin: 1,
    data: { csv: 'pets.csv', label: 'kind', standardize: true },
    layers: [{ units: 8 }, { units: 3 }],
    optimizer: { name: 'adam', learningRate: 0.05 },
    steps: 300,
  };
  const session = await trained(run, { ...F64, readText: async () => PETS });
  expect(session.data.classNames).toEqual(['cat', 'dog', 'fish']);
  expect(Array.from(session.data.train.y)).toEqual([0, 1, 2, 0, 1, 2]);
  expect(session.run.loss).toBe('softmaxCrossEntropy');
  expect((await session.evaluate()).train.accuracy).toBe(1);
  const p = await session.predict([[28, 4]]);
  expect(p).toHaveLength(3);
  expect(p.indexOf(Math.max(...p))).toBe(1);
  expectClose([p[0]! + p[1]! + p[2]!], [1], { rtol: 1e-14 });
});

test('a file that cannot be read is a DataError with its name', async () => {
  const run: Run = { basin: 1, data: { csv: 'nowhere/absent.csv', label: 'y' }, layers: [{ units: 1 }] };
  await expect(open(run)).rejects.toThrow(DataError);
  await expect(open(run)).rejects.toThrow(/nowhere\/absent\.csv/);
});

// ---------------------------------------------------------------- early stopping

const STOPPING: Run = {
  basin: 1,
  seed: 5,
  data: { name: 'football', rows: 80, testRows: 0, seed: 2, validationFraction: 0.4 },
  layers: [{ units: 16 }, { units: 1 }],
  optimizer: { name: 'adam', learningRate: 0.03 },
  batch: { size: 16 },
  epochs: 200,
  record: { epochs: 1 },
  earlyStopping: { patience: 4 },
};

/** Epoch by epoch by hand: where training stops, and the weights of the best epoch. */
async function stopByHand(run: Run): Promise<{ steps: number; best: number; weights: ReturnType<typeof flatten> }> {
  const session = await open(run);
  let [best, waited] = [Number.POSITIVE_INFINITY, 0];
  let weights = flatten(await session.weights());
  while (waited < 4 && session.steps < session.totalSteps) {
    await session.step(3); // 48 rows
    const { loss } = (await session.evaluate()).validation!;
    if (loss < best) [best, waited, weights] = [loss, 0, flatten(await session.weights())];
    else waited++;
  }
  return { steps: session.steps, best, weights };
}

test('early stopping stops after `patience` epochs without a better value and keeps the best weights', async () => {
  const expected = await stopByHand(STOPPING);
  expect(expected.steps).toBeLessThan(600);
  const session = await open(STOPPING);
  let last = 0;
  for await (const { step } of session.train()) last = step;
  expect(last).toBe(expected.steps);
  expect(flatten(await session.weights())).toEqual(expected.weights);
  expect((await session.evaluate()).validation!.loss).toBe(expected.best);
});

test('early stopping goes on after an interruption as if there had been none', async () => {
  const expected = await stopByHand(STOPPING);
  const session = await open(STOPPING);
  // In every epoch one, so that patience started anew would never run out.
  for (let interruptions = 0; interruptions < 250; interruptions++) {
    const abort = new AbortController();
    for await (const _ of session.train({ signal: abort.signal, everyMs: 1e-3 })) abort.abort();
  }
  expect(session.steps).toBe(expected.steps);
  expect(flatten(await session.weights())).toEqual(expected.weights);
  await session.reset();
  for await (const _ of session.train());
  expect(session.steps).toBe(expected.steps);
});

test('training in pieces, each until a step, stops and ends as in one', async () => {
  const expected = await stopByHand(STOPPING);
  for (const piece of [1, 7, 1000]) {
    const sweep = await createSweep({ base: STOPPING, models: [{}] }, F64);
    for (let until = piece; sweep.steps === until - piece; until += piece) {
      for await (const _ of sweep.train({ until }));
      expect(sweep.steps).toBeLessThanOrEqual(until);
    }
    expect(sweep.steps).toBe(expected.steps);
    expect((await sweep.weights()).map(flatten)).toEqual([expected.weights]);
  }
});

test('in a sweep every model stops for itself', async () => {
  const sweep = await createSweep(
    { base: STOPPING, models: [{}, { optimizer: { learningRate: 0.003 } }, { l2: 5 }] },
    F64,
  );
  for await (const _ of sweep.train());
  const weights = (await sweep.weights()).map(flatten);
  const byHand = await Promise.all([0, 1, 2].map((m) => stopByHand(sweep.run(m))));
  expect(new Set(byHand.map(({ steps }) => steps)).size).toBeGreaterThan(1);
  expect(weights).toEqual(byHand.map((model) => model.weights));
});

// ---------------------------------------------------------------- divergence and limits

const exploding = { name: 'sgd', learningRate: 1e6 } as const;

test('a rate of a million diverges with step, layer and what', async () => {
  const session = await open({ ...SMALL, optimizer: exploding, loss: 'meanSquaredError' }, F32);
  const error: DivergenceError = await session.step(100).catch((caught) => caught);
  expect(error).toBeInstanceOf(DivergenceError);
  const { step, layer, what } = error.divergence;
  expect(what === 'loss' ? [0] : [1, 2]).toContain(layer);
  // The weights were finite one update earlier, and are not any more.
  const again = await open({ ...SMALL, optimizer: exploding, loss: 'meanSquaredError' }, F32);
  await again.step(step - 1);
  expect(flatten(await again.weights()).every(Number.isFinite)).toBe(true);
  await again.step(1).catch(() => {});
  const after = [...flatten(await again.weights()), await again.loss()];
  expect(after.every(Number.isFinite)).toBe(false);
  await expect(async () => {
    for await (const _ of session.train());
  }).rejects.toThrow(DivergenceError);
  await session.reset();
  expect(await session.divergence()).toBeNull();
});

test('a sweep names the models that diverged and trains the others on', async () => {
  const base: Run = { ...SMALL, loss: 'meanSquaredError', optimizer: { name: 'sgd', learningRate: 0.05 } };
  const sweep = await createSweep({ base, models: [{}, { optimizer: exploding }, { seed: 9 }] }, F32);
  await sweep.step(24);
  const found = await sweep.divergences();
  expect(found.map((divergence) => divergence !== null)).toEqual([false, true, false]);
  const alone = await trained(sweep.run(2), F32);
  expect(flatten((await sweep.weights())[2]!)).toEqual(flatten(await alone.weights()));
  const best = await sweep.best('test.loss');
  expect([0, 2]).toContain(best.model);
});

test('a network that does not fit says which limit, what it needs and what there is', async () => {
  const units = 1_048_576;
  const layers = [{ units }, { units }, { units: 1 }];
  const error: LimitError = await open({ ...SMALL, layers }).catch((caught) => caught);
  expect(error).toBeInstanceOf(LimitError);
  expect(error.need).toBeGreaterThan(error.have);
  expect(error.limit).not.toBe('');
});

// ---------------------------------------------------------------- backends

describe('without an adapter', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  const withoutAdapter = () => vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } });

  test('webgpu is a BackendError that says what to do', async () => {
    withoutAdapter();
    await expect(open(SMALL, { backend: 'webgpu' })).rejects.toThrow(BackendError);
    await expect(open(SMALL, { backend: 'webgpu' })).rejects.toThrow(/adapter/);
  });

  test('auto takes the CPU and says why', async () => {
    withoutAdapter();
    const { backend } = await open(SMALL, {});
    expect(backend.name).toBe('cpu');
    expect(backend.why).toMatch(/adapter/);
  });
});

test('f64 on webgpu and unknown names are errors', async () => {
  await expect(open(SMALL, { backend: 'webgpu', precision: 'f64' })).rejects.toThrow(BackendError);
  await expect(open(SMALL, { backend: 'gpu' } as unknown as SessionOptions)).rejects.toThrow(SpecError);
});

// ---------------------------------------------------------------- best

test('best() is the lowest loss or the highest accuracy, of the held-out rows where there are any', async () => {
  const sweep = await createSweep(mixedSweep, F64);
  await sweep.step(24);
  const scores = await sweep.evaluate();
  const losses = scores.map(({ validation }) => validation!.loss);
  const best = await sweep.best();
  expect(best.value).toBe(Math.min(...losses));
  expect(best.model).toBe(losses.indexOf(best.value));
  expect(best.run).toEqual(sweep.run(best.model));
  const accuracies = scores.map(({ test: held }) => held!.accuracy!);
  expect((await sweep.best('test.accuracy')).value).toBe(Math.max(...accuracies));
});

// ---------------------------------------------------------------- safetensors

/** The file read by its format alone: https://github.com/huggingface/safetensors, README "Format". */
function parse(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerBytes)));
  const { __metadata__: metadata, ...entries } = header;
  const read = (name: string): number[] => {
    const { dtype, data_offsets } = entries[name];
    const [size, get] = dtype === 'F64' ? [8, 'getFloat64' as const] : [4, 'getFloat32' as const];
    const start = 8 + headerBytes + data_offsets[0];
    const count = (data_offsets[1] - data_offsets[0]) / size;
    return Array.from({ length: count }, (_, i) => view[get](start + i * size, true));
  };
  return { metadata, entries, read, bodyBytes: file.byteLength - 8 - headerBytes };
}

test.each([
  ['F32', F32],
  ['F64', F64],
] as const)('a safetensors file in %s holds the weights by the names of PyTorch', async (dtype, options) => {
  const session = await trained(mixedBase, options);
  const { metadata, entries, read, bodyBytes } = parse(await session.toSafetensors());
  expect(Object.keys(entries)).toEqual([0, 1, 2].flatMap((l) => [`layers.${l}.weight`, `layers.${l}.bias`]));
  expect(Object.values(metadata).every((value) => typeof value === 'string')).toBe(true);
  for (const [l, { w, b, shape }] of (await session.weights()).entries()) {
    expect(entries[`layers.${l}.weight`]).toMatchObject({ dtype, shape });
    expect(entries[`layers.${l}.bias`]).toMatchObject({ dtype, shape: [shape[0]] });
    expect(read(`layers.${l}.weight`)).toEqual(Array.from(w));
    expect(read(`layers.${l}.bias`)).toEqual(Array.from(b));
  }
  const last = entries['layers.2.bias'].data_offsets[1];
  expect(bodyBytes).toBe(last);
});

test('a safetensors file gives the same predictions', async () => {
  const session = await trained(mixedBase);
  const model = fromSafetensors(await session.toSafetensors(), 'model.safetensors');
  const reopened = await open(mixedBase, { ...F64, weights: model.weights });
  const rows = session.data.test!.x;
  expect(await reopened.predict(rows)).toEqual(await session.predict(rows));
});
