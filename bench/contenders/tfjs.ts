// TensorFlow.js: one `optimizer.minimize` in a `tidy` per step, as its documentation advises. It has no vmap, so the models of a
// sweep are stacked by hand into batched products, which is the fastest form it offers.
import type { Contender, MatmulJob, TrainingJob } from '../contender.ts';
import type { MatmulProblem, TrainingProblem } from '../problem.ts';
import { modelLayer, startValues } from './layout.ts';

// ---------------------------------------------------------------- the part of tfjs that is used

interface Tensor {
  readonly shape: number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

interface Variable extends Tensor {
  assign(value: Tensor): void;
}

interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<T>(work: () => T): T;
  tensor(values: Float32Array, shape: number[]): Tensor;
  variable(initial: Tensor): Variable;
  matMul(a: Tensor, b: Tensor): Tensor;
  fused: { matMul(call: { a: Tensor; b: Tensor; bias: Tensor; activation: 'linear' | 'relu' }): Tensor };
  add(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor | number, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor | number): Tensor;
  div(a: Tensor, b: Tensor | number): Tensor;
  relu(a: Tensor): Tensor;
  abs(a: Tensor): Tensor;
  neg(a: Tensor): Tensor;
  exp(a: Tensor): Tensor;
  log1p(a: Tensor): Tensor;
  square(a: Tensor): Tensor;
  sum(a: Tensor, axis?: number | number[]): Tensor;
  logSoftmax(a: Tensor): Tensor;
  cast(a: Tensor, type: string): Tensor;
  less(a: Tensor, b: Tensor): Tensor;
  randomUniform(shape: number[]): Tensor;
  addN(tensors: Tensor[]): Tensor;
  train: {
    sgd(rate: number): Optimizer;
    momentum(rate: number, momentum: number): Optimizer;
    adam(rate: number, beta1: number, beta2: number, epsilon: number): Optimizer;
  };
  wasm?: { setWasmPaths(folder: string): void };
}

interface Optimizer {
  minimize(loss: () => Tensor, returnCost: boolean, variables: Variable[]): Tensor | null;
  dispose(): void;
}

type BackendName = 'webgpu' | 'wasm' | 'cpu';

const FOLDER = '/peers/@tensorflow';
const WASM_FOLDER = `${FOLDER}/tfjs-backend-wasm/dist/`;
const SCRIPTS = {
  cpu: [],
  wasm: [`${WASM_FOLDER}tf-backend-wasm.min.js`],
  webgpu: [`${FOLDER}/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js`],
} as const satisfies Record<BackendName, readonly string[]>;
/** Steps after which it waits, so that its queue does not grow without end. */
const STEPS_IN_FLIGHT = 64;

const scripts = new Map<string, Promise<void>>();

function loadScript(url: string): Promise<void> {
  const loading =
    scripts.get(url) ??
    new Promise<void>((resolve, reject) => {
      const script = document.createElement('script');
      script.src = url;
      script.onload = () => resolve();
      script.onerror = () => reject(new Error(`${url} could not be loaded`));
      document.head.append(script);
    });
  scripts.set(url, loading);
  return loading;
}

export function tfjs(backend: BackendName): Contender {
  let tf: Tf;
  return {
    name: `tfjs ${backend}`,
    ours: false,
    webgpu: backend === 'webgpu',
    async open() {
      await loadScript(`${FOLDER}/tfjs/dist/tf.min.js`);
      for (const url of SCRIPTS[backend]) await loadScript(url);
      tf = (globalThis as unknown as { tf: Tf }).tf;
      if (backend === 'wasm') tf.wasm!.setWasmPaths(WASM_FOLDER);
      if (!(await tf.setBackend(backend))) throw new Error(`tfjs could not start its ${backend} backend`);
      await tf.ready();
    },
    train: (problem) => train(tf, backend, problem),
    multiply: (problem) => multiply(tf, backend, problem),
  };
}

async function train(tf: Tf, backend: BackendName, problem: TrainingProblem): Promise<TrainingJob> {
  await tf.setBackend(backend);
  const { widths, models } = problem;
  const lead = models.length > 1 ? [models.length] : [];
  const batches = Array.from({ length: problem.batches }, (_, k) => batchTensors(tf, problem, k, lead));
  const shapes = widths.slice(1).flatMap((units, l) => [
    [...lead, widths[l]!, units],
    [...lead, ...(lead.length > 0 ? [1] : []), units],
  ]);
  const starts = widths
    .slice(1)
    .flatMap((_, l) => [startValues(problem, l, 'w'), startValues(problem, l, 'b')])
    .map((values, i) => tf.tensor(values, shapes[i]!));
  const variables = starts.map((value) => tf.variable(value));
  const settings = settingTensors(tf, problem, lead);
  let optimizer = optimizerOf(tf, problem);
  let done = 0;

  const step = () => {
    const { x, y } = batches[done % batches.length]!;
    tf.tidy(() => optimizer.minimize(() => objective(tf, problem, variables, settings, x, y), false, variables));
    done++;
  };
  const settle = () => variables[1]!.data();

  return {
    async step(count) {
      await tf.setBackend(backend);
      for (let i = 0; i < count; i++) {
        step();
        if (i % STEPS_IN_FLIGHT === STEPS_IN_FLIGHT - 1) await settle();
      }
      await settle();
      return undefined;
    },
    async reset() {
      await tf.setBackend(backend);
      optimizer.dispose();
      optimizer = optimizerOf(tf, problem);
      for (const [i, variable] of variables.entries()) variable.assign(starts[i]!);
      done = 0;
      await settle();
    },
    async weights() {
      await tf.setBackend(backend);
      const values = await Promise.all(variables.map((variable) => variable.data()));
      return models.map((_, m) =>
        widths.slice(1).map((_, l) => modelLayer(problem, { w: values[2 * l]!, b: values[2 * l + 1]! }, l, m)),
      );
    },
    async dispose() {
      await tf.setBackend(backend);
      optimizer.dispose();
      for (const tensor of [...starts, ...variables, ...Object.values(settings)]) tensor.dispose();
      for (const { x, y } of batches) {
        x.dispose();
        y.dispose();
      }
    },
  };
}

/** x repeated for each model: the gradient of a batched product needs both sides at full size. */
function batchTensors(tf: Tf, { x, y, widths, batch, loss }: TrainingProblem, k: number, lead: number[]) {
  const inputs = widths[0]!;
  const outputs = widths.at(-1)!;
  const copies = lead[0] ?? 1;
  const rows = new Float32Array(copies * batch * inputs);
  const labels = new Float32Array(copies * batch * outputs);
  for (let m = 0; m < copies; m++) {
    rows.set(x.subarray(k * batch * inputs, (k + 1) * batch * inputs), m * batch * inputs);
    y.subarray(k * batch, (k + 1) * batch).forEach((label, row) => {
      if (loss === 'sigmoidCrossEntropy') labels[m * batch + row] = label;
      else labels[(m * batch + row) * outputs + label] = 1;
    });
  }
  return { x: tf.tensor(rows, [...lead, batch, inputs]), y: tf.tensor(labels, [...lead, batch, outputs]) };
}

type Settings = Record<'penalty' | 'keep', Tensor>;

function settingTensors(tf: Tf, { models, rows }: TrainingProblem, lead: number[]): Settings {
  const shape = lead.length > 0 ? [lead[0]!, 1, 1] : [];
  const column = (values: number[]) => tf.tensor(Float32Array.from(values), shape);
  return {
    penalty: column(models.map(({ l2 }) => l2 / (2 * rows))),
    keep: column(models.map(({ dropRate }) => 1 - dropRate)),
  };
}

function optimizerOf(tf: Tf, { optimizer }: TrainingProblem): Optimizer {
  const rate = optimizer.learningRate!;
  switch (optimizer.name) {
    case 'sgd':
      return tf.train.sgd(rate);
    case 'momentum':
      // Its v = βv + g is Basin's over (1 − β).
      return tf.train.momentum(rate * (1 - optimizer.beta!), optimizer.beta!);
    case 'adam':
      return tf.train.adam(rate, optimizer.beta1!, optimizer.beta2!, optimizer.epsilon!);
    default:
      throw new Error(`${optimizer.name} is in no workload`);
  }
}

/** The sum of all models' objectives: their gradients do not meet. */
function objective(
  tf: Tf,
  problem: TrainingProblem,
  variables: readonly Variable[],
  { penalty, keep }: Settings,
  x: Tensor,
  y: Tensor,
): Tensor {
  const dropout = problem.models.some(({ dropRate }) => dropRate > 0);
  const penalized = problem.models.some(({ l2 }) => l2 > 0);
  const layers = variables.length / 2;
  let h = x;
  for (let l = 0; l < layers; l++) {
    const activation = l === layers - 1 ? 'linear' : 'relu';
    h = dense(tf, h, variables[2 * l]!, variables[2 * l + 1]!, activation);
    if (l === layers - 1) break;
    if (!dropout) continue;
    const mask = tf.cast(tf.less(tf.randomUniform(h.shape), keep), 'float32');
    h = tf.mul(h, tf.div(mask, keep));
  }
  const data = tf.div(
    problem.loss === 'sigmoidCrossEntropy' ? sigmoidLoss(tf, h, y) : softmaxLoss(tf, h, y),
    problem.batch,
  );
  if (!penalized) return data;
  const squares = variables.filter((_, i) => i % 2 === 0).map((w) => tf.sum(tf.mul(tf.square(w), penalty)));
  return tf.addN([data, ...squares]);
}

/** Its fused product where it has one: for single networks. */
function dense(tf: Tf, a: Tensor, b: Tensor, bias: Tensor, activation: 'linear' | 'relu'): Tensor {
  if (b.shape.length === 2) return tf.fused.matMul({ a, b, bias, activation });
  const z = tf.add(tf.matMul(a, b), bias);
  return activation === 'relu' ? tf.relu(z) : z;
}

/** Σ relu(z) − z · y + log(1 + e^−|z|) */
function sigmoidLoss(tf: Tf, z: Tensor, y: Tensor): Tensor {
  return tf.sum(tf.add(tf.sub(tf.relu(z), tf.mul(z, y)), tf.log1p(tf.exp(tf.neg(tf.abs(z))))));
}

const softmaxLoss = (tf: Tf, z: Tensor, y: Tensor): Tensor => tf.neg(tf.sum(tf.mul(tf.logSoftmax(z), y)));

async function multiply(tf: Tf, backend: BackendName, { size, a, b }: MatmulProblem): Promise<MatmulJob> {
  await tf.setBackend(backend);
  const left = tf.tensor(a, [size, size]);
  const right = tf.tensor(b, [size, size]);
  let last = tf.matMul(left, right);
  return {
    async step(count) {
      await tf.setBackend(backend);
      for (let i = 0; i < count; i++) {
        last.dispose();
        last = tf.matMul(left, right);
        if (i % STEPS_IN_FLIGHT === STEPS_IN_FLIGHT - 1) await last.data();
      }
      await last.data();
      return undefined;
    },
    async reset() {},
    async result() {
      await tf.setBackend(backend);
      return last.data();
    },
    async dispose() {
      await tf.setBackend(backend);
      for (const tensor of [left, right, last]) tensor.dispose();
    },
  };
}
