// The loss on a plane through a network's weights, against formulas by hand and against single sessions.
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createSession,
  createSweep,
  type Landscape,
  type LandscapeOptions,
  type LayerTensors,
  lossLandscape,
  presets,
  type Run,
  type Session,
  type Weights,
} from '../../src/index.ts';

const F64 = { backend: 'cpu', precision: 'f64' } as const;

/** One weight and one bias: the loss is a parabola that can be written down. */
const LINE: Run = {
  basin: 1,
  data: { x: [[1], [2], [-1]], y: [[3], [1], [0]] },
  layers: [{ units: 1 }],
  loss: 'meanSquaredError',
  l2: 0.6,
  init: { scheme: 'given', weights: [{ w: [[0.5]], b: [-0.25] }] },
  steps: 0,
};

/** mean (w·x + b − y)² + λ/(2N) · w² */
const parabola = (w: number, b: number) =>
  ((w + b - 3) ** 2 + (2 * w + b - 1) ** 2 + (-w + b) ** 2) / 3 + (0.6 / 6) * w ** 2;

const weightsOf = (w: number, b: number): Weights => [{ w: Float64Array.of(w), b: Float64Array.of(b) }];

const SMALL: Run = {
  ...presets['initialization/he']!,
  layers: [{ units: 4, dropRate: 0.3 }, { units: 3 }, { units: 1 }],
  l2: 0.7,
  batch: { size: 32 },
  steps: 40,
};

async function trained(run: Run = SMALL): Promise<Session> {
  const session = await createSession(run, F64);
  await session.step(session.totalSteps);
  return session;
}

const squares = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value * value, 0);
const flat = (layers: Weights) => layers.flatMap(({ w, b }) => [...w, ...b]);
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** centre + x · u + y · v */
function moved(centre: Weights, [u, v]: readonly [Weights, Weights], x: number, y: number): Weights {
  const add = (tensor: 'w' | 'b', l: number) =>
    Float64Array.from(centre[l]![tensor], (c, i) => c + x * u[l]![tensor][i]! + y * v[l]![tensor][i]!);
  return centre.map((_, l) => ({ w: add('w', l), b: add('b', l) }));
}

/** The objective without dropout, of a session with these weights alone: its own data loss, and the penalty by hand. */
async function objective(run: Run, weights: Weights): Promise<number> {
  const session = await createSession(run, { ...F64, weights });
  const { train } = await session.evaluate();
  const penalty = weights.reduce((sum, { w }) => sum + squares(w), 0);
  return train.loss + ((run.l2 ?? 0) / (2 * session.data.train.count)) * penalty;
}

test('a plane along the axes of two parameters shows the parabola that the formula gives', async () => {
  const session = await createSession(LINE, F64);
  const directions = [weightsOf(1, 0), weightsOf(0, 1)] as const;
  const { x, y, losses } = await lossLandscape(session, { cells: 5, span: { x: [-2, 2], y: [0, 1] }, directions });
  expect([...x]).toEqual([-2, -1, 0, 1, 2]);
  expect([...y]).toEqual([0, 0.25, 0.5, 0.75, 1]);
  losses.forEach((loss, cell) => {
    const expected = parabola(0.5 + x[cell % 5]!, -0.25 + y[Math.floor(cell / 5)]!);
    expect(Math.abs(loss - expected)).toBeLessThan(1e-14 * Math.max(1, expected));
  });
});

describe('around a trained network', () => {
  let session: Session;
  let weights: LayerTensors[];
  let seen: Landscape;

  beforeAll(async () => {
    session = await trained();
    weights = await session.weights();
    seen = await lossLandscape(session, { cells: 7, seed: 3 });
  });

  test('each cell has the loss of a session with its weights', async () => {
    for (const cell of [0, 5, 24, 40, 48]) {
      const at = moved(weights, seen.directions, seen.x[cell % 7]!, seen.y[Math.floor(cell / 7)]!);
      expect(Math.abs(seen.losses[cell]! - (await objective(SMALL, at)))).toBeLessThan(1e-13);
    }
  });

  test('the middle cell is the network itself, without dropout, to the bit', async () => {
    expect([seen.x[3], seen.y[3]]).toEqual([0, 0]);
    expect(seen.losses[24]).toBe(seen.centre);
    const { train } = await session.evaluate();
    const penalty = (0.7 / (2 * session.data.train.count)) * weights.reduce((sum, { w }) => sum + squares(w), 0);
    expect(Math.abs(seen.centre - train.loss - penalty)).toBeLessThan(1e-15);
  });

  // Li et al. 2018, §4: each filter of a direction has the norm of the same filter of the weights.
  test('rows of a random direction are as long as those of the weights; biases stay', () => {
    for (const direction of seen.directions) {
      direction.forEach(({ w, b, shape: [fanOut, fanIn] }, l) => {
        expect([...b].every((value) => value === 0)).toBe(true);
        for (let row = 0; row < fanOut; row++) {
          const cut = (values: ArrayLike<number>) => Array.from(values).slice(row * fanIn, (row + 1) * fanIn);
          const ratio = squares(cut(w)) / squares(cut(weights[l]!.w));
          expect(Math.abs(ratio - 1)).toBeLessThan(1e-14);
        }
      });
    }
  });

  test('a seed gives the same directions again, another seed others', async () => {
    expect(await lossLandscape(session, { cells: 7, seed: 3 })).toEqual(seen);
    const other = await lossLandscape(session, { cells: 7, seed: 4 });
    expect(other.losses).not.toEqual(seen.losses);
    expect(other.centre).toBe(seen.centre);
  });

  test('parts have the same bits as one batch, and report how far they are', async () => {
    const progress: [number, number][] = [];
    const onProgress = (done: number, models: number) => progress.push([done, models]);
    const parts = await lossLandscape(session, { cells: 7, seed: 3, memoryBytes: 200_000, onProgress });
    expect(parts).toEqual(seen);
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)).toEqual([50, 50]);
  });

  test('points of the plane project to where they are, other points to the nearest', async () => {
    const inside = moved(weights, seen.directions, 2, -3);
    const path = [weights, inside, inside.map(({ w, b }) => ({ w, b: b.map((value) => value + 1) }))];
    const { path: points } = await lossLandscape(session, { cells: 2, seed: 3, directions: 'random', path });
    expect([points[0]!.x, points[0]!.y, points[0]!.distance]).toEqual([0, 0, 0]);
    // Biases are no part of random directions, so moving all 8 of them by 1 moves off the plane by √8.
    for (const [point, distance] of [
      [points[1]!, 0],
      [points[2]!, Math.sqrt(8)],
    ] as const) {
      expect(Math.abs(point.x - 2)).toBeLessThan(1e-12);
      expect(Math.abs(point.y + 3)).toBeLessThan(1e-12);
      expect(Math.abs(point.distance - distance)).toBeLessThan(1e-12);
    }
    expect(points[0]!.loss).toBe(seen.centre);
    expect(Math.abs(points[1]!.loss - (await objective(SMALL, inside)))).toBeLessThan(1e-12);
  });

  test('dropout of any kind, masks of one’s own too, leaves it as it is without', async () => {
    const { maskSeed: _, ...numpy } = presets['regularization/none']!;
    const weights = await (await createSession(numpy, F64)).weights();
    const at = async (change: Partial<Run>) => {
      const session = await createSession({ ...numpy, ...change }, { ...F64, weights });
      return lossLandscape(session, { cells: 3, seed: 1 });
    };
    const plain = await at({});
    const { layers } = presets['regularization/dropout']!;
    const [first, ...others] = layers;
    const dropMasks = [Array.from({ length: 211 }, (_row, r) => Array.from({ length: 20 }, (_unit, u) => (r + u) % 2))];
    expect(layers[0]!.dropRate).toBeGreaterThan(0);
    expect(await at({ layers })).toEqual(plain);
    expect(await at({ layers, rng: 'threefry' })).toEqual(plain);
    expect(await at({ layers: [{ ...first!, dropMasks }, ...others] })).toEqual(plain);
  });

  test('a model of a sweep has the landscape that it has alone', async () => {
    const sweep = await createSweep({ base: SMALL, models: [{ l2: 0 }, {}] }, F64);
    await sweep.step(sweep.totalSteps);
    const one = await sweep.session(1);
    expect(await lossLandscape(one, { cells: 7, seed: 3 })).toEqual(seen);
  });
});

describe('along a path', () => {
  /** The weights of a net of one layer moved along given parameters. */
  const net: Run = {
    ...LINE,
    data: {
      x: [
        [1, 0],
        [0, 2],
        [1, 1],
      ],
      y: [[1], [2], [3]],
    },
    init: { scheme: 'zeros' },
  };
  const at = (w0: number, w1: number, b: number): Weights => [{ w: Float64Array.of(w0, w1), b: Float64Array.of(b) }];
  const along = async (path: Weights[], options: LandscapeOptions = {}) =>
    lossLandscape(await createSession(net, F64), { cells: 3, path, ...options });

  // Differences from the centre along three axes have squares 18, 8 and 2: principal components by hand.
  test('the plane is that of the two directions in which the path goes furthest', async () => {
    const path = [at(0, 3, 0), at(0, -3, 0), at(2, 0, 0), at(-2, 0, 0), at(0, 0, 1), at(0, 0, -1)];
    const { directions, path: points, captured } = await along(path);
    const [u, v] = directions.map(flat) as [number[], number[]];
    for (const [i, value] of [0, 1, 0].entries()) expect(Math.abs(Math.abs(u[i]!) - value)).toBeLessThan(1e-6);
    for (const [i, value] of [1, 0, 0].entries()) expect(Math.abs(Math.abs(v[i]!) - value)).toBeLessThan(1e-6);
    expect(Math.abs(captured - 26 / 28)).toBeLessThan(1e-12);
    for (const [i, distance] of [0, 0, 0, 0, 1, 1].entries()) {
      expect(Math.abs(points[i]!.distance - distance)).toBeLessThan(1e-6);
    }
    expect(Math.abs(Math.abs(points[0]!.x) - 3)).toBeLessThan(1e-6);
    expect(Math.abs(Math.abs(points[2]!.y) - 2)).toBeLessThan(1e-6);
  });

  test('a path in a plane is seen whole, at its true lengths and its true losses', async () => {
    const path = [at(0, 0, 0), at(1, 2, 0), at(2, 3, 1), at(3, 5, 1)]; // all are sums of (1, 2, 0) and (1, 1, 1)
    const seen = await along(path);
    expect(Math.abs(seen.captured - 1)).toBeLessThan(1e-12);
    const [u, v] = seen.directions.map(flat) as [number[], number[]];
    for (const [a, b, product] of [
      [u, u, 1],
      [v, v, 1],
      [u, v, 0],
    ] as const) {
      expect(Math.abs(dot(a, b) - product)).toBeLessThan(1e-12);
    }
    for (const [i, weights] of path.entries()) {
      const { x, y, distance, loss } = seen.path[i]!;
      expect(distance).toBeLessThan(1e-7);
      expect(Math.abs(x * x + y * y - squares(flat(weights)))).toBeLessThan(1e-11);
      expect(Math.abs(loss - (await objective(net, weights)))).toBeLessThan(1e-12);
      expect(x > seen.x[0]! && x < seen.x[2]! && y > seen.y[0]! && y < seen.y[2]!).toBe(true);
    }
  });

  test('a straight path gets a second direction across it', async () => {
    const run: Run = { ...net, init: { scheme: 'heNormal' } };
    const session = await createSession(run, F64);
    const [layer] = await session.weights();
    const path = [0, 0.5, 1].map((t) => [{ w: layer!.w.map((value) => value * (1 + t)), b: layer!.b }]);
    const { directions, path: points } = await lossLandscape(session, { cells: 3, path });
    const [u, v] = directions.map(flat) as [number[], number[]];
    expect(Math.abs(dot(u, v))).toBeLessThan(1e-12);
    expect(Math.abs(dot(v, v) - 1)).toBeLessThan(1e-12);
    expect(points.every(({ y, distance }) => Math.abs(y) < 1e-12 && distance < 1e-12)).toBe(true);
  });

  test('another centre than the present weights', async () => {
    const { centre, path } = await along([at(0, 0, 0), at(1, 1, 2)], {
      centre: at(1, 1, 2),
      directions: [at(1, 0, 0), at(0, 1, 0)],
    });
    expect(path[1]).toMatchObject({ x: 0, y: 0, distance: 0, loss: centre });
  });
});

describe('what it refuses', () => {
  const message = async (options: LandscapeOptions, run = SMALL): Promise<string> => {
    const session = await createSession(run, F64);
    return lossLandscape(session, options).then(
      () => 'nothing',
      (error: Error) => `${error.name} ${error.message}`,
    );
  };

  test.each([
    [{ cells: 1 }, /^SpecError cells: 1 is not allowed.*2 to 256/],
    [{ cells: 4.5 }, /^SpecError cells: 4.5/],
    [{ span: 0 }, /^SpecError span: 0 … 0 is no range/],
    [{ span: { x: [0, 1], y: [1, Number.NaN] } }, /^SpecError span: 1 … NaN/],
    [{ seed: -1 }, /^SpecError seed: -1 is no seed/],
    [{ directions: 'up' as 'path' }, /^SpecError directions: "up" is unknown/],
    [{ directions: 'path' }, /^SpecError path: never leaves the centre/],
    [{ path: [weightsOf(1, 2)] }, /^SpecError path\[0\]: has 1 layers. Allowed: 3/],
    [{ centre: weightsOf(1, 2) }, /^SpecError centre: has 1 layers/],
  ] as const)('%o', async (options, expected) => {
    expect(await message(options)).toMatch(expected);
  });

  test('directions that span no plane', async () => {
    const parallel = [weightsOf(1, 2), weightsOf(-2, -4)] as const;
    expect(await message({ directions: parallel }, LINE)).toMatch(/^SpecError directions: are parallel/);
    expect(await message({}, { ...LINE, init: { scheme: 'zeros' } })).toMatch(/^SpecError directions: have no length/);
  });

  test('weights that are not finite', async () => {
    expect(await message({ centre: weightsOf(Number.NaN, 0) }, LINE)).toMatch(/^SpecError centre: hold numbers/);
  });

  test('an aborted signal ends it with the signal’s reason', async () => {
    const control = new AbortController();
    const options = { memoryBytes: 200_000, signal: control.signal, onProgress: () => control.abort() };
    expect(await message(options)).toMatch(/^AbortError/);
  });
});
