// jax-js: the whole training step under `jit`, gradients by `grad`, many models by `vmap`, as its documentation advises.
// Its arrays are counted references: passing one gives it away, `.ref` keeps it.
import type { Contender, MatmulJob, TrainingJob } from '../contender.ts';
import type { MatmulProblem, ModelSettings, TrainingProblem } from '../problem.ts';
import { modelLayer, startValues } from './layout.ts';

// ---------------------------------------------------------------- the part of jax-js that is used

interface JaxArray {
  readonly ref: JaxArray;
  readonly shape: number[];
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  neg(): JaxArray;
  sum(axis?: number): JaxArray;
  mean(axis?: number): JaxArray;
  reshape(shape: number[]): JaxArray;
  data(): Promise<Float32Array>;
  dispose(): void;
}

// biome-ignore lint/suspicious/noExplicitAny: trees of arrays in, trees of arrays out; the shapes are ours.
type Traced = (...args: any[]) => any;

interface Jax {
  init(...devices: string[]): Promise<string[]>;
  defaultDevice(device: string): string;
  blockUntilReady<T>(tree: T): Promise<T>;
  jit(f: Traced): Traced & { dispose(): void };
  grad(f: Traced): Traced;
  vmap(f: Traced, inAxes: unknown[]): Traced;
  tree: { ref<T>(tree: T): T; dispose(tree: unknown): void };
  numpy: {
    array(values: Float32Array | Uint32Array | number): JaxArray;
    stack(arrays: JaxArray[]): JaxArray;
    unstack(array: JaxArray): JaxArray[];
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    sqrt(a: JaxArray): JaxArray;
    square(a: JaxArray): JaxArray;
    exp(a: JaxArray): JaxArray;
    where(mask: JaxArray, a: JaxArray | number, b: JaxArray | number): JaxArray;
  };
  nn: {
    relu(a: JaxArray): JaxArray;
    logSigmoid(a: JaxArray): JaxArray;
    logSoftmax(a: JaxArray, axis?: number): JaxArray;
  };
  random: {
    key(seed: number): JaxArray;
    split(key: JaxArray, count: number): JaxArray;
    bernoulli(key: JaxArray, p: JaxArray, shape: number[]): JaxArray;
  };
}

interface Layer {
  w: JaxArray;
  b: JaxArray;
}

type Moments = Layer[];

/** Everything that a step changes. */
interface State {
  params: Layer[];
  first: Moments;
  second: Moments;
  /** Updates done, for Adam. */
  count: JaxArray;
  key: JaxArray;
}

/** What differs from model to model. */
interface Settings {
  l2: JaxArray;
  keep: JaxArray;
}

const JAX_URL = '/peers/@jax-js/jax/dist/index.js';
/** Steps after which it waits, so that its queue does not grow without end. */
const STEPS_IN_FLIGHT = 64;

let loading: Promise<Jax> | undefined;

function load(): Promise<Jax> {
  loading ??= import(/* @vite-ignore */ JAX_URL) as Promise<Jax>;
  return loading;
}

export function jax(device: 'webgpu' | 'wasm'): Contender {
  let library: Jax;
  return {
    name: `jax-js ${device}`,
    ours: false,
    webgpu: device === 'webgpu',
    async open() {
      library = await load();
      const found = await library.init(device);
      if (!found.includes(device)) throw new Error(`jax-js has no ${device} here`);
    },
    train: (problem) => train(library, device, problem),
    multiply: (problem) => multiply(library, device, problem),
  };
}

async function train(lib: Jax, device: string, problem: TrainingProblem): Promise<TrainingJob> {
  lib.defaultDevice(device);
  const { numpy: np, tree } = lib;
  const many = problem.models.length > 1;
  const batches = Array.from({ length: problem.batches }, (_, k) => batchArrays(lib, problem, k));
  const settings = stackSettings(lib, problem.models, many);
  const one = trainingStep(lib, problem);
  const step = lib.jit(many ? lib.vmap(one, [0, 0, null, null]) : one);
  let state = start(lib, problem);
  let done = 0;

  return {
    async step(count) {
      lib.defaultDevice(device);
      for (let i = 0; i < count; i++, done++) {
        const { x, y } = batches[done % batches.length]!;
        state = step(state, tree.ref(settings), x.ref, y.ref) as State;
        if (i % STEPS_IN_FLIGHT === STEPS_IN_FLIGHT - 1) await lib.blockUntilReady(state);
      }
      await lib.blockUntilReady(state);
      await state.params[0]!.b.ref.data();
      return undefined;
    },
    async reset() {
      lib.defaultDevice(device);
      tree.dispose(state);
      state = await lib.blockUntilReady(start(lib, problem));
      done = 0;
    },
    async weights() {
      const layers = await Promise.all(
        state.params.map(async ({ w, b }) => ({ w: await w.ref.data(), b: await b.ref.data() })),
      );
      return problem.models.map((_, m) => layers.map((layer, l) => modelLayer(problem, layer, l, m)));
    },
    async dispose() {
      tree.dispose([state, settings, batches]);
      step.dispose();
    },
  };

  function start({ numpy }: Jax, { models, widths }: TrainingProblem): State {
    const lead = many ? [models.length] : [];
    const layers = (values: (l: number, part: 'w' | 'b') => Float32Array): Layer[] =>
      widths.slice(1).map((units, l) => ({
        w: numpy.array(values(l, 'w')).reshape([...lead, widths[l]!, units]),
        b: numpy.array(values(l, 'b')).reshape([...lead, units]),
      }));
    const zeros = (l: number, part: 'w' | 'b') =>
      new Float32Array(models.length * widths[l + 1]! * (part === 'w' ? widths[l]! : 1));
    const optimizer = problem.optimizer.name;
    const keys = models.map((_, m) => lib.random.key(m));
    return {
      params: layers((l, part) => startValues(problem, l, part)),
      first: optimizer === 'sgd' ? [] : layers(zeros),
      second: optimizer === 'adam' ? layers(zeros) : [],
      count: many ? np.array(new Float32Array(models.length)) : np.array(new Float32Array(1)).reshape([]),
      key: many ? np.stack(keys) : keys[0]!,
    };
  }
}

function batchArrays({ numpy }: Jax, { x, y, widths, batch, loss }: TrainingProblem, k: number) {
  const inputs = widths[0]!;
  const rows = numpy.array(x.slice(k * batch * inputs, (k + 1) * batch * inputs)).reshape([batch, inputs]);
  const labels = y.slice(k * batch, (k + 1) * batch);
  if (loss === 'sigmoidCrossEntropy') return { x: rows, y: numpy.array(labels).reshape([batch, 1]) };
  const oneHot = new Float32Array(batch * widths.at(-1)!);
  labels.forEach((label, row) => {
    oneHot[row * widths.at(-1)! + label] = 1;
  });
  return { x: rows, y: numpy.array(oneHot).reshape([batch, widths.at(-1)!]) };
}

function stackSettings({ numpy }: Jax, models: readonly ModelSettings[], many: boolean): Settings {
  const column = (values: number[]) => {
    const array = numpy.array(Float32Array.from(values));
    return many ? array : array.reshape([]);
  };
  return { l2: column(models.map(({ l2 }) => l2)), keep: column(models.map(({ dropRate }) => 1 - dropRate)) };
}

/** One model's step: (state, settings, x, y) → state. */
function trainingStep(lib: Jax, problem: TrainingProblem): Traced {
  const { random, tree, numpy: np } = lib;
  const hidden = problem.widths.length - 2;
  const dropout = problem.models.some(({ dropRate }) => dropRate > 0);
  const gradient = lib.grad(objective(lib, problem, dropout));
  return ({ params, first, second, count, key }: State, settings: Settings, x: JaxArray, y: JaxArray): State => {
    let next = key;
    let masks: JaxArray[] = [];
    if (dropout) {
      const keys = np.unstack(random.split(key, hidden + 1));
      next = keys[0]!;
      masks = keys
        .slice(1)
        .map((own, l) => random.bernoulli(own, settings.keep.ref, [problem.batch, problem.widths[l + 1]!]));
    }
    const d = gradient(tree.ref(params), settings, x, y, masks) as Layer[];
    const moved = count.add(1);
    return { ...update(np, problem, params, first, second, moved.ref, d), count: moved, key: next };
  };
}

function objective({ numpy: np, nn }: Jax, problem: TrainingProblem, dropout: boolean): Traced {
  const { rows, batch, loss } = problem;
  const penalized = problem.models.some(({ l2 }) => l2 > 0);
  return (params: Layer[], { l2, keep }: Settings, x: JaxArray, y: JaxArray, masks: JaxArray[]): JaxArray => {
    let h = x;
    params.forEach(({ w, b }, l) => {
      const z = np.matmul(h, w.ref).add(b);
      if (l === params.length - 1) h = z;
      else if (dropout) h = np.where(masks[l]!, nn.relu(z).div(keep.ref), 0);
      else h = nn.relu(z);
    });
    const dataLoss = loss === 'sigmoidCrossEntropy' ? sigmoidLoss(nn, h, y) : softmaxLoss(nn, h, y);
    const squares = penalized ? params.map(({ w }) => np.square(w.ref).sum()).reduce((a, b) => a.add(b)) : undefined;
    for (const { w } of params) w.dispose();
    keep.dispose();
    const mean = dataLoss.div(-batch);
    if (squares) return mean.add(squares.mul(l2).div(2 * rows));
    l2.dispose();
    return mean;
  };
}

/** Σ y · log σ(z) + (1 − y) · log σ(−z) */
function sigmoidLoss(nn: Jax['nn'], z: JaxArray, y: JaxArray): JaxArray {
  const one = y.ref.neg().add(1);
  return y
    .mul(nn.logSigmoid(z.ref))
    .add(one.mul(nn.logSigmoid(z.neg())))
    .sum();
}

const softmaxLoss = (nn: Jax['nn'], z: JaxArray, y: JaxArray): JaxArray => nn.logSoftmax(z, -1).mul(y).sum();

function update(
  np: Jax['numpy'],
  { optimizer }: TrainingProblem,
  params: Layer[],
  first: Moments,
  second: Moments,
  count: JaxArray,
  d: Layer[],
): Pick<State, 'params' | 'first' | 'second'> {
  const rate = optimizer.learningRate!;
  const parts = (f: (l: number, part: 'w' | 'b') => JaxArray): Layer[] =>
    params.map((_, l) => ({ w: f(l, 'w'), b: f(l, 'b') }));
  if (optimizer.name === 'sgd') {
    count.dispose();
    return { params: parts((l, part) => params[l]![part].sub(d[l]![part].mul(rate))), first, second };
  }
  if (optimizer.name === 'momentum') {
    count.dispose();
    const beta = optimizer.beta!;
    const v = parts((l, part) => first[l]![part].mul(beta).add(d[l]![part].mul(1 - beta)));
    return { params: parts((l, part) => params[l]![part].sub(v[l]![part].ref.mul(rate))), first: v, second };
  }
  if (optimizer.name !== 'adam') throw new Error(`${optimizer.name} is in no workload`);
  const [beta1, beta2, epsilon] = [optimizer.beta1!, optimizer.beta2!, optimizer.epsilon!];
  const correction = (beta: number) =>
    np
      .exp(count.ref.mul(Math.log(beta)))
      .neg()
      .add(1);
  const [c1, c2] = [correction(beta1), correction(beta2)];
  count.dispose();
  const m = parts((l, part) => first[l]![part].mul(beta1).add(d[l]![part].ref.mul(1 - beta1)));
  const v = parts((l, part) => second[l]![part].mul(beta2).add(np.square(d[l]![part]).mul(1 - beta2)));
  const moved = parts((l, part) => {
    const deviation = np.sqrt(v[l]![part].ref.div(c2.ref)).add(epsilon);
    return params[l]![part].sub(m[l]![part].ref.div(c1.ref).div(deviation).mul(rate));
  });
  c1.dispose();
  c2.dispose();
  return { params: moved, first: m, second: v };
}

/** Each product takes the one before, since jax-js never computes what is not read. */
async function multiply(lib: Jax, device: string, { size, a, b }: MatmulProblem): Promise<MatmulJob> {
  lib.defaultDevice(device);
  const matrix = (values: Float32Array) => lib.numpy.array(values).reshape([size, size]);
  const left = matrix(a);
  const right = matrix(b);
  const product = lib.jit((x: JaxArray, y: JaxArray) => lib.numpy.matmul(x, y));
  let last = right.ref;
  return {
    async step(count) {
      lib.defaultDevice(device);
      for (let i = 0; i < count; i++) {
        last = product(left.ref, last) as JaxArray;
        if (i % STEPS_IN_FLIGHT === STEPS_IN_FLIGHT - 1) await lib.blockUntilReady(last);
      }
      await lib.blockUntilReady(last);
      return undefined;
    },
    async reset() {
      last.dispose();
      last = right.ref;
    },
    result: () => last.ref.data(),
    async dispose() {
      lib.tree.dispose([left, right, last]);
      product.dispose();
    },
  };
}
