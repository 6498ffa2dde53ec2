// Sweeps on several processor threads, in the built library with real workers. The reference is the same sweep on one thread:
// bits must be equal.
import { beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../scripts/dist.mjs';
import { runBuilt } from '../support/built.ts';

const TIMEOUT_MS = 120_000;

beforeAll(ensureBuilt, TIMEOUT_MS);

/** What the library answers in a process of its own, as JSON. */
async function ask<T>(script: string): Promise<T> {
  const { code, stdout, stderr } = await runBuilt(script);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as T;
}

interface Outcome {
  readonly adapter: string;
  readonly digest: string;
  readonly [more: string]: unknown;
}

/** Everything that can be asked of a sweep, as one number that changes with every bit. */
const DIGEST = `
import { createHash } from 'node:crypto';
const plain = (_, value) => ArrayBuffer.isView(value)
  ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex') : value;
async function digest(sweep) {
  const view = { x: [-1, 1], y: [-1, 1], columns: 9, rows: 7 };
  const all = [
    await sweep.losses(), await sweep.weights(), await sweep.gradients(), await sweep.evaluate(), await sweep.records(),
    await sweep.divergences(), await sweep.decisionGrid(view), await sweep.predict([[0.1, -0.4], [1, 2]]),
    await sweep.state(), await sweep.best(), sweep.modelSteps(),
  ];
  return createHash('sha256').update(JSON.stringify(all, plain)).digest('hex');
}
const report = (value) => console.log(JSON.stringify(value));
`;

// Three fleets of 5, 2 and 1 models; dropout and shuffled batches depend on the step, cosine rates on the model. So long a
// document is worth threads whatever is made of it.
const MIXED = `
const input = {
  base: {
    basin: 1,
    data: { name: 'moons', rows: 90, testRows: 20, validationFraction: 0.2 },
    layers: [{ units: 7, dropRate: 0.2 }, { units: 5 }, { units: 1 }],
    batch: { size: 16 }, steps: 10_000_000, record: 1_000_000,
  },
  models: [
    ...[1, 2, 3, 4, 5].map((seed) => ({
      seed, optimizer: { name: 'adam', learningRate: 0.01 * seed, schedule: { name: 'cosine', min: 1e-4 } } })),
    { l2: 0.5 }, { seed: 8 },
    { optimizer: { name: 'momentum' } },
  ],
};`;

describe.each(['f32', 'f64'])('in %s', (precision) => {
  const outcome = (threads: number) =>
    ask<Outcome>(`${DIGEST}${MIXED}
      const sweep = await basin.createSweep(input, { backend: 'cpu', precision: '${precision}', threads: ${threads} });
      await sweep.step(25);
      for await (const _ of sweep.train({ until: 60 }));
      report({ adapter: sweep.backend.adapter, steps: sweep.modelSteps(), digest: await digest(sweep) });
    `);

  test('models on one, two and three threads have the same bits', { timeout: TIMEOUT_MS }, async () => {
    const [one, two, three] = [await outcome(1), await outcome(2), await outcome(3)];
    const kind = precision === 'f32' ? 'WebAssembly SIMD' : 'JavaScript';
    expect([one.adapter, two.adapter, three.adapter]).toEqual(
      ['one thread', '2 threads', '3 threads'].map((threads) => `${kind}, ${threads}`),
    );
    expect(one.steps).toEqual(new Array(8).fill(60));
    expect(two.digest).toBe(one.digest);
    expect(three.digest).toBe(one.digest);
  });
});

// 27 models of 2-64-64-1 on 200 rows: 2.7 million multiply-adds a step of each.
const WIDE = `
const wide = {
  basin: 1,
  data: { name: 'circles', rows: 250, testRows: 10, validationFraction: 0.2 },
  layers: [{ units: 64 }, { units: 64 }, { units: 1 }],
  optimizer: { name: 'adam', learningRate: 0.01 },
  batch: { size: 'full' }, steps: 60,
};`;

test.each([
  ['successive halving', `{ base: wide, vary: { seed: { from: 0, count: 27 } }, search: { halving: 3 } }`, ''],
  ['waves', `{ base: wide, vary: { seed: { from: 0, count: 12 } } }`, 'memoryBytes: 8e6,'],
  [
    'early stopping',
    `{ base: { ...wide, earlyStopping: { patience: 3 }, steps: 200 },
       vary: { 'optimizer.learningRate': [0.1, 0.03, 0.01], seed: [1, 2, 3, 4] } }`,
    '',
  ],
])('%s on two threads gives the bits of one', { timeout: TIMEOUT_MS }, async (_, input, options) => {
  const outcome = (threads: number) =>
    ask<Outcome>(`${DIGEST}${WIDE}
      const sweep = await basin.createSweep(${input}, { backend: 'cpu', ${options} threads: ${threads} });
      const reports = [];
      for await (const { done } of sweep.train({ everyMs: 20 })) reports.push(done);
      const { adapter } = sweep.backend;
      report({ adapter, waves: sweep.waves, rises: reports.every((done, i) => i === 0 || done >= reports[i - 1]),
        last: reports.at(-1), digest: await digest(sweep) });
    `);
  const [one, two] = [await outcome(1), await outcome(2)];
  expect(two).toEqual({ ...one, adapter: expect.stringContaining('2 threads') });
  expect(two.rises).toBe(true);
});

test('an abort ends training soon, and the sweep goes on exactly', { timeout: TIMEOUT_MS }, async () => {
  const { late, two, one } = await ask<{ late: number; two: string; one: string }>(`${DIGEST}${MIXED}
    const create = (threads) => basin.createSweep(input, { backend: 'cpu', threads });
    const sweep = await create(2);
    const control = new AbortController();
    let aborted = 0;
    setTimeout(() => { aborted = performance.now(); control.abort(); }, 300);
    for await (const _ of sweep.train({ signal: control.signal }));
    const late = performance.now() - aborted;
    await sweep.step(1); // brings those along that others were ahead of
    const alone = await create(1);
    await alone.step(sweep.steps);
    report({ late, two: await digest(sweep), one: await digest(alone) });
  `);
  expect(late).toBeLessThan(2000); // a slice of 100 ms, another one behind it, on a machine that does much else
  expect(two).toBe(one);
});

// Node's own Worker is replaced by one that the test can end, as lack of memory does.
const KILLABLE = `
import threads from 'node:worker_threads';
import { syncBuiltinESMExports } from 'node:module';
const started = [];
threads.Worker = class extends threads.Worker { constructor(...given) { super(...given); started.push(this); } };
syncBuiltinESMExports();
`;

test('a thread that ends is named, and its sweep goes on from a state on new threads', {
  timeout: TIMEOUT_MS,
}, async () => {
  const found = await ask<Record<string, unknown>>(`${DIGEST}${MIXED}${KILLABLE}
    const create = () => basin.createSweep(input, { backend: 'cpu', threads: 2 });
    const sweep = await create();
    await sweep.step(10);
    const state = await sweep.state();
    const going = sweep.step(1_000_000).catch((error) => error);
    setTimeout(() => started[1].terminate(), 200);
    const { name, message } = await going;
    const again = await sweep.losses().catch((error) => error.name);
    await sweep.restore(state);
    await sweep.step(15);
    const whole = await create();
    await whole.step(25);
    const text = async (of) => JSON.stringify(await of.state(), plain);
    report({ name, message, again, threads: started.length, goesOn: await text(sweep) === await text(whole) });
  `);
  expect(found).toEqual({
    name: 'DeviceLostError',
    message: expect.stringMatching(/^A thread of the CPU backend ended: exit code 1\. /),
    again: 'DeviceLostError',
    threads: 3,
    goesOn: true,
  });
});

test('a process with idle threads ends by itself', { timeout: TIMEOUT_MS }, async () => {
  const { code, stdout } = await runBuilt(`${MIXED}
    globalThis.kept = await basin.createSweep(input, { backend: 'cpu', threads: 2 });
    await kept.step(5);
    const trained = performance.now();
    process.on('exit', () => console.log(performance.now() - trained));
  `);
  expect(code).toBe(0);
  expect(Number(stdout)).toBeLessThan(2000);
});

test('where no worker can be started, one thread trains', { timeout: TIMEOUT_MS }, async () => {
  const found = await ask<Record<string, unknown>>(`${MIXED}
    import threads from 'node:worker_threads';
    import { syncBuiltinESMExports } from 'node:module';
    threads.Worker = class { constructor() { throw new Error('not allowed here'); } };
    syncBuiltinESMExports();
    const sweep = await basin.createSweep(input, { backend: 'cpu', threads: 2 });
    await sweep.step(5);
    console.log(JSON.stringify({ adapter: sweep.backend.adapter, steps: sweep.steps }));
  `);
  expect(found).toEqual({ adapter: 'WebAssembly SIMD, one thread', steps: 5 });
});

test.each([
  ['a short one', 'steps: 50'],
  ['one that early stopping looks at after every small step', 'steps: 10_000_000, earlyStopping: { patience: 1 }'],
])('a small sweep starts no worker: %s', { timeout: TIMEOUT_MS }, async (_, more) => {
  const found = await ask<Record<string, unknown>>(`${KILLABLE}
    const data = { name: 'circles', validationFraction: 0.2 };
    const base = { basin: 1, data, layers: [{ units: 8 }, { units: 1 }], batch: { size: 'full' }, ${more} };
    const sweep = await basin.createSweep({ base, vary: { seed: [1, 2, 3] } }, { backend: 'cpu', threads: 2 });
    for await (const _ of sweep.train());
    console.log(JSON.stringify({ adapter: sweep.backend.adapter, started: started.length }));
  `);
  expect(found).toEqual({ adapter: 'WebAssembly SIMD, one thread', started: 0 });
});

test('a loss landscape on two threads has the bits of one', { timeout: TIMEOUT_MS }, async () => {
  const outcome = (threads: number) =>
    ask<Outcome>(`${DIGEST}${WIDE}${KILLABLE}
      const session = await basin.createSession(wide, { backend: 'cpu', threads: ${threads} });
      await session.step(5);
      const { losses } = await basin.lossLandscape(session, { cells: 41 });
      report({ started: started.length, digest: createHash('sha256').update(losses).digest('hex') });
    `);
  const [one, two] = [await outcome(1), await outcome(2)];
  expect([one.started, two.started]).toEqual([0, 2]);
  expect(two.digest).toBe(one.digest);
});

test.each(['0', '-1', '1.5', 'NaN', "'2'"])('threads: %s is refused', { timeout: TIMEOUT_MS }, async (threads) => {
  const found = await ask<Record<string, unknown>>(`
    const run = { basin: 1, data: { name: 'circles' }, layers: [{ units: 1 }] };
    const error = await basin.createSession(run, { backend: 'cpu', threads: ${threads} }).catch((error) => error);
    console.log(JSON.stringify({ name: error.name, path: error.path }));
  `);
  expect(found).toEqual({ name: 'SpecError', path: 'threads' });
});
