// What is measured: the workloads by their definition. Pure data; every contender gets the same rows and the same start.
import { type ModelPatch, presets, type Run } from '../src/index.ts';
import { OUR_LAYERED } from './names.ts';

export type CaseId = 'W1' | 'W2' | 'W3' | 'W4' | 'W6' | `matmul-${number}`;

interface CaseCommon {
  readonly id: CaseId;
  readonly title: string;
  /** What one unit of the rate is. */
  readonly unit: 'steps/s' | 'net-steps/s' | 'GFLOP/s';
}

export interface TrainingCase extends CaseCommon {
  readonly kind: 'training';
  readonly run: Run;
  /** What differs from model to model; a single model without. */
  readonly models: readonly ModelPatch[];
  /** Updates after which the answer is compared with the f64 reference. */
  readonly checkSteps: number;
}

export interface MatmulCase extends CaseCommon {
  readonly kind: 'matmul';
  readonly size: number;
}

export type Case = TrainingCase | MatmulCase;

/** Never reached: sessions may step past it, and contenders are timed, not run to an end. */
const STEPS = 1_000_000;

const common = { basin: 1, rng: 'threefry', steps: STEPS, record: 1000 } as const;

const w1: TrainingCase = {
  id: 'W1',
  kind: 'training',
  title: 'He initialization: 2-10-5-1, 300 rows, full batch, gradient descent',
  unit: 'steps/s',
  run: { ...presets['initialization/he']!, steps: STEPS },
  models: [],
  checkSteps: 200,
};

const w2Run: Run = {
  ...common,
  data: { name: 'football', rows: 211, testRows: 0, seed: 6 },
  layers: [{ units: 20, dropRate: 0.14 }, { units: 3, dropRate: 0.14 }, { units: 1 }],
  l2: 0.7,
  init: { scheme: 'lecunNormal' },
  optimizer: { name: 'sgd', learningRate: 0.3 },
};

const w2: TrainingCase = {
  id: 'W2',
  kind: 'training',
  title: 'Regularization: 2-20-3-1, 211 rows, full batch, L2 and fresh dropout on both hidden layers',
  unit: 'steps/s',
  run: { ...w2Run, init: { scheme: 'lecunNormal', seed: 3 } },
  models: [],
  checkSteps: 200,
};

const w3: TrainingCase = {
  id: 'W3',
  kind: 'training',
  title: 'Digits: 64-32-10 softmax, Adam, batch 64 of 1,797',
  unit: 'steps/s',
  run: {
    ...common,
    data: { name: 'digits', rows: 1797, testRows: 0 },
    layers: [{ units: 32 }, { units: 10 }],
    init: { scheme: 'heNormal', seed: 1 },
    optimizer: { name: 'adam', learningRate: 0.001 },
    // 28 whole batches: peers that compile for one shape need no second one.
    batch: { size: 64, order: [Array.from({ length: 28 * 64 }, (_, row) => row)] },
  },
  models: [],
  checkSteps: 100,
};

const w4Rows = 640;

const w4: TrainingCase = {
  id: 'W4',
  kind: 'training',
  title: 'MNIST-sized: 784-512-512-10 softmax, momentum, batch 128',
  unit: 'steps/s',
  run: {
    ...common,
    data: blotches(w4Rows, 784, 10),
    layers: [{ units: 512 }, { units: 512 }, { units: 10 }],
    init: { scheme: 'heNormal', seed: 1 },
    optimizer: { name: 'momentum', learningRate: 0.1 },
    batch: { size: 128, order: 'sequential' },
  },
  models: [],
  checkSteps: 5,
};

/** 256 models: 16 penalties by 16 drop rates, each with its own seed (start and masks). */
const w6: TrainingCase = {
  id: 'W6',
  kind: 'training',
  title: 'Sweep: 256 networks of W2, each with its own seed, λ and keep probability',
  unit: 'net-steps/s',
  run: w2Run,
  models: sweepOf(256),
  checkSteps: 10,
};

/** `count` models of W2: penalties from 0.01 to 10, drop rates from 0.02 to 0.5, 16 of each in turn. */
export function sweepOf(count: number): ModelPatch[] {
  return Array.from({ length: count }, (_, i) => ({
    seed: i,
    l2: 0.01 * 1000 ** ((Math.floor(i / 16) % 16) / 15),
    dropRate: 0.02 + (0.48 * (i % 16)) / 15,
  }));
}

const matmul = (size: number): MatmulCase => ({
  id: `matmul-${size}`,
  kind: 'matmul',
  title: `Matrix product ${size} × ${size} × ${size}`,
  unit: 'GFLOP/s',
  size,
});

export const W2_SWEEP = w6;
export const cases: readonly Case[] = [w1, w2, w3, w4, w6, matmul(256), matmul(512), matmul(1024), matmul(2048)];

/** The name of the curves where workloads are asked for. */
export const CURVES = 'curves';

/** The cases of a run: those asked for (`curves` is none of them), else all; 2048 only where the adapter is a real GPU. */
export function chooseCases(only: readonly string[], software: boolean): Case[] {
  const known = [...cases.map((entry) => entry.id), CURVES];
  const unknown = only.filter((id) => !known.includes(id));
  if (unknown.length > 0) throw new Error(`only: ${unknown.join(', ')} is no workload. Known: ${known.join(', ')}.`);
  if (only.length > 0) return cases.filter((entry) => only.includes(entry.id));
  return cases.filter((entry) => !(software && entry.id === 'matmul-2048'));
}

/** Does this contender run the workload? Basin's pinned layered strategy does where the strategy would be another one. */
export function takesPart(name: string, { id }: Case): boolean {
  return name !== OUR_LAYERED || ['W1', 'W2', 'W6'].includes(id);
}

/** The document with every drop rate at 0, which is what answers are verified with. */
export function withoutDropout(workload: TrainingCase): TrainingCase {
  const layers = workload.run.layers.map(({ dropRate: _, ...layer }) => layer);
  const models = workload.models.map(({ dropRate: _, ...patch }) => patch);
  return { ...workload, run: { ...workload.run, layers }, models };
}

export const hasDropout = (workload: Case): boolean =>
  workload.kind === 'training' && workload.run.layers.some((layer) => layer.dropRate);

/** Networks that one step moves on. */
export const modelsOf = (workload: Case): number =>
  workload.kind === 'training' ? Math.max(1, workload.models.length) : 1;

/**
 * Floating-point operations of one training step: forward and dW of every layer and dX of all but the first, 2 · B · I · O
 * each. Activations, losses, random numbers and updates are not counted.
 */
export function trainingFlops(widths: readonly number[], batch: number): number {
  let total = 0;
  for (let l = 1; l < widths.length; l++) {
    const product = 2 * batch * widths[l - 1]! * widths[l]!;
    total += l === 1 ? 2 * product : 3 * product;
  }
  return total;
}

/** Pictures for W4: each class has a faint pattern of its own under noise. Every value is exact in f32. */
function blotches(rows: number, pixels: number, classes: number): { x: number[][]; y: number[] } {
  const random = xorshift(20240607);
  const patterns = Array.from({ length: classes }, () => Array.from({ length: pixels }, () => random() - 0.5));
  const y = Array.from({ length: rows }, (_, row) => row % classes);
  const x = y.map((label) => patterns[label]!.map((value) => Math.fround(0.5 * value + random() - 0.5)));
  return { x, y };
}

/** Marsaglia 2003, "Xorshift RNGs": uniform on [0, 1) with 24 bits, the same in every engine. */
export function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) / 2 ** 24;
  };
}
