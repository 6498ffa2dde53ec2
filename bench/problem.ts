// A workload made concrete: rows, start and settings as plain arrays that any library can take, and the f64 answer to check
// against. Data, start and answer come from Basin's f64 CPU reference.
import { createSweep, type LossName, type ModelPatch, type Optimizer, type Run } from '../src/index.ts';
import type { LayerValues } from './contender.ts';
import {
  hasDropout,
  type MatmulCase,
  type TrainingCase,
  trainingFlops,
  withoutDropout,
  xorshift,
} from './workloads.ts';

export interface ModelSettings {
  readonly l2: number;
  /** Of every hidden layer; 0 where there is none. */
  readonly dropRate: number;
  readonly start: readonly LayerValues[];
}

export interface TrainingProblem {
  readonly kind: 'training';
  /** The document and its models, for Basin itself. */
  readonly run: Run;
  readonly patches: readonly ModelPatch[];
  /** [rows × inputs]; values exact in f32 only as far as the data is. */
  readonly x: Float32Array;
  /** [rows]: 0/1 or the class index. */
  readonly y: Float32Array;
  readonly rows: number;
  /** Inputs, then the units of every layer. */
  readonly widths: readonly number[];
  /** Update k uses rows (k mod batches) · batch and on. */
  readonly batch: number;
  readonly batches: number;
  readonly loss: LossName;
  readonly optimizer: Optimizer;
  readonly models: readonly ModelSettings[];
  readonly flops: number;
}

export interface MatmulProblem {
  readonly kind: 'matmul';
  readonly size: number;
  /** [size × size] row-major, entries of variance about 1 / size, so that powers of a stay tame. */
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly flops: number;
}

export type Problem = TrainingProblem | MatmulProblem;

/** What a right answer looks like after `steps` updates. */
export interface Reference {
  readonly steps: number;
  readonly weights: readonly (readonly LayerValues[])[];
  readonly loss: number;
}

interface Start {
  readonly problem: TrainingProblem;
  readonly reference: Reference | null;
}

/** The problem as it is timed, and with `check` also the answer to expect (the workload must then have no dropout). */
async function concrete(workload: TrainingCase, check: boolean): Promise<Start> {
  const { run, models: patches } = workload;
  const cpu = { backend: 'cpu', precision: 'f64' } as const;
  const sweep = await createSweep({ base: run, models: patches.length > 0 ? [...patches] : [{}] }, cpu);
  const { train, inputs } = sweep.data;
  const canonical = sweep.run(0);
  const starts = await sweep.weights();
  const widths = [inputs, ...run.layers.map((layer) => layer.units)];
  const batch = canonical.batch.size === 'full' ? train.count : canonical.batch.size;
  const models = starts.map((start, i): ModelSettings => {
    const { l2, layers } = sweep.run(i);
    return { l2, dropRate: layers[0]!.dropRate, start: start.map(({ w, b }) => ({ w: w.slice(), b: b.slice() })) };
  });
  const problem: TrainingProblem = {
    kind: 'training',
    run,
    patches,
    x: Float32Array.from(train.x),
    y: Float32Array.from(train.y),
    rows: train.count,
    widths,
    batch,
    batches: Math.floor(train.count / batch),
    loss: canonical.loss!,
    optimizer: canonical.optimizer,
    models,
    flops: models.length * trainingFlops(widths, batch),
  };
  if (!check) {
    sweep.dispose();
    return { problem, reference: null };
  }
  await sweep.step(workload.checkSteps);
  const weights = await sweep.weights();
  sweep.dispose();
  return { problem, reference: { steps: workload.checkSteps, weights, loss: meanLoss(problem, weights) } };
}

/** What is timed, what is verified (the same without dropout), and the answer. */
export async function prepareTraining(
  workload: TrainingCase,
): Promise<{ timed: TrainingProblem; checked: TrainingProblem; reference: Reference }> {
  const { problem: checked, reference } = await concrete(withoutDropout(workload), true);
  const timed = hasDropout(workload) ? (await concrete(workload, false)).problem : checked;
  return { timed, checked, reference: reference! };
}

/** A problem to time only. */
export async function trainingProblem(workload: TrainingCase): Promise<TrainingProblem> {
  return (await concrete(workload, false)).problem;
}

export function prepareMatmul({ size }: MatmulCase): MatmulProblem {
  const random = xorshift(size);
  const matrix = () => Float32Array.from({ length: size * size }, () => (2 * random() - 1) * Math.sqrt(3 / size));
  return { kind: 'matmul', size, a: matrix(), b: matrix(), flops: 2 * size ** 3 };
}

/**
 * Training objective in f64 over the first batch, from anyone's weights, without dropout: mean over the models.
 */
export function meanLoss(problem: TrainingProblem, weights: readonly (readonly LayerValues[])[]): number {
  const losses = weights.map((layers, m) => objective(problem, layers, problem.models[m]!.l2));
  return losses.reduce((total, loss) => total + loss, 0) / losses.length;
}

function objective(problem: TrainingProblem, layers: readonly LayerValues[], l2: number): number {
  let total = 0;
  for (let row = 0; row < problem.batch; row++) {
    total += rowLoss(problem, logits(problem, layers, row), problem.y[row]!);
  }
  const squares = layers.reduce(
    (sum, { w }) => sum + Float64Array.from(w).reduce((s, value) => s + value * value, 0),
    0,
  );
  return total / problem.batch + (l2 / (2 * problem.rows)) * squares;
}

function logits({ x, widths }: TrainingProblem, layers: readonly LayerValues[], row: number): Float64Array {
  let h = Float64Array.from(x.subarray(row * widths[0]!, (row + 1) * widths[0]!));
  layers.forEach(({ w, b }, l) => {
    const last = l === layers.length - 1;
    h = Float64Array.from({ length: widths[l + 1]! }, (_, o) => {
      let z = b[o]!;
      for (let i = 0; i < h.length; i++) z += w[o * h.length + i]! * h[i]!;
      return last ? z : Math.max(0, z);
    });
  });
  return h;
}

function rowLoss({ loss }: TrainingProblem, z: Float64Array, y: number): number {
  if (loss === 'sigmoidCrossEntropy') return Math.max(z[0]!, 0) - z[0]! * y + Math.log1p(Math.exp(-Math.abs(z[0]!)));
  const top = Math.max(...z);
  return top + Math.log(z.reduce((sum, value) => sum + Math.exp(value - top), 0)) - z[y]!;
}

/** How far an answer is from the reference. */
export interface Verdict {
  readonly right: boolean;
  readonly loss: number;
  readonly reference: number;
  /** ‖weights − reference‖ over the way from the start to the reference. */
  readonly distance: number;
}

/** f32 in another order of sums; a wrong constant, a skipped batch or a missing term is far outside. */
const ALLOWED = { loss: 1e-3, distance: 0.02 };

export function judge(problem: TrainingProblem, reference: Reference, weights: readonly LayerValues[][]): Verdict {
  let off = 0;
  let way = 0;
  reference.weights.forEach((layers, m) => {
    layers.forEach((layer, l) => {
      for (const part of ['w', 'b'] as const) {
        const start = problem.models[m]!.start[l]![part];
        const found = weights[m]?.[l]?.[part];
        for (let i = 0; i < layer[part].length; i++) {
          off += ((found?.[i] ?? Number.NaN) - layer[part][i]!) ** 2;
          way += (start[i]! - layer[part][i]!) ** 2;
        }
      }
    });
  });
  const loss = meanLoss(problem, weights);
  const distance = Math.sqrt(off / way);
  const right = Math.abs(loss - reference.loss) <= ALLOWED.loss * reference.loss && distance <= ALLOWED.distance;
  return { right, loss, reference: reference.loss, distance };
}

/** Compares entries of a product with their f64 dot products; `distance` is the worst over the size of such a sum's rounding. */
export function judgeProduct({ size, a, b }: MatmulProblem, product: ArrayLike<number>): Verdict {
  let worst = product.length === size * size ? 0 : Number.NaN;
  let first = { loss: 0, reference: 0 };
  for (let check = 0; check < 64; check++) {
    // 64 places that cover the first and last rows and columns and spread over the rest.
    const row = check === 0 ? 0 : check === 1 ? size - 1 : (check * 7919) % size;
    const column = check === 0 ? 0 : check === 1 ? size - 1 : (check * 104729) % size;
    let dot = 0;
    for (let k = 0; k < size; k++) dot += a[row * size + k]! * b[k * size + column]!;
    worst = Math.max(worst, Math.abs(product[row * size + column]! - dot));
    if (check === 0) first = { loss: product[0]!, reference: dot };
  }
  const allowed = size * 2 ** -24;
  return { right: worst <= allowed, ...first, distance: worst / allowed };
}
