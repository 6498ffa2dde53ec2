// A compiled plan on a backend with everything written that a session would write: one model, full batch or given order.

import type { Backend, Program } from '../../src/backend/backend.ts';
import { createCpuBackend } from '../../src/backend/cpu.ts';
import { keepThreshold } from '../../src/ops/dropout.ts';
import type { AdapterTraits } from '../../src/plan/choose.ts';
import { compile } from '../../src/plan/compile.ts';
import { tensorOffsets } from '../../src/plan/memory.ts';
import type { LayerShape, NetworkShape, Plan } from '../../src/plan/plan.ts';
import type { ActivationName, LossName, OptimizerName } from '../../src/spec/types.ts';
import { hyperRow } from './cpu-op.ts';
import { drawing } from './draw.ts';

export interface Tensors {
  readonly W: readonly (readonly number[])[];
  readonly b: readonly number[];
}

export interface NetSetting {
  readonly weights: readonly Tensors[];
  /** Rows are examples. */
  readonly x: readonly (readonly number[])[];
  readonly y: readonly (readonly number[])[];
  readonly activations: readonly LayerShape['activation'][];
  readonly loss: LossName;
  /** λ / N */
  readonly l2?: number;
  readonly dropRates?: readonly number[];
  /** One mask [rows][units] for each hidden layer, in place of counters. */
  readonly masks?: readonly (readonly (readonly number[])[])[];
  readonly optimizer?: OptimizerName;
  readonly hyper?: Parameters<typeof hyperRow>[0];
  /** Row numbers of each step's batch, all of one length, in place of the full batch. */
  readonly order?: readonly (readonly number[])[];
  /** The device that the plan is made for; without, the plan of the CPU backend. */
  readonly traits?: AdapterTraits;
}

export interface Net {
  readonly plan: Plan;
  readonly program: Program;
  readonly parameters: Float64Array;
  /** The training objective with `parameters` as they are now. */
  loss(): Promise<number>;
  gradients(): Promise<Float64Array>;
  /** Layer l's gradient out of a flat one. */
  tensorsOf(flat: Float64Array, l: number): { W: number[][]; b: number[] };
}

function shapeOf(setting: NetSetting): NetworkShape {
  const { weights, x, y, activations, loss, dropRates = [], masks, optimizer = 'sgd', order } = setting;
  const layers = weights.map(({ b }, l): LayerShape => {
    const dropped = (dropRates[l] ?? 0) > 0;
    const dropout = !dropped ? 'none' : masks ? 'given' : 'counters';
    return { units: b.length, activation: activations[l] ?? 'linear', dropout, masks: dropout === 'given' ? 1 : 0 };
  });
  return {
    models: 1,
    inputs: x[0]!.length,
    targets: y[0]!.length,
    layers,
    loss,
    optimizer,
    epsilonInside: false,
    clip: false,
    rows: { train: x.length, validation: 0, test: 0 },
    batch: order ? order[0]!.length : x.length,
    gather: order !== undefined,
    sharedRates: true,
    sharedMasks: true,
  };
}

/** In f64 on the CPU, which is the reference. */
export const cpuNet = ({ traits: _, ...setting }: NetSetting): Promise<Net> =>
  createCpuBackend('f64').then((backend) => netOn(backend, setting));

export async function netOn(backend: Backend, setting: NetSetting): Promise<Net> {
  const { weights, x, y, l2 = 0, dropRates = [], masks, hyper = {}, order } = setting;
  const plan = compile(shapeOf(setting), setting.traits ?? null, { strategy: 'layered' });
  const program = await backend.build(plan);
  const parameters = new Float64Array(plan.params);
  weights.forEach(({ W, b }, l) => {
    parameters.set(W.flat(), plan.places[l]!.wOffset);
    parameters.set(b, plan.places[l]!.bOffset);
  });
  program.write('train_x', Float64Array.from(x.flat()));
  program.write('train_y', Float64Array.from(y.flat()));
  program.write('hyper', hyperRow({ l2, ...hyper }));
  program.write('tensor_offsets', Uint32Array.from(tensorOffsets(plan.places, plan.params)));
  program.write('batch_rows', new Uint32Array(plan.tableSteps).fill(plan.shape.batch));
  program.write(
    'rates',
    Float64Array.from({ length: 4 * plan.tableSteps }, () => 1),
  );
  program.write('health', new Uint32Array(weights.length + 1).fill(0xffffffff));
  if (order) program.write('order', Uint32Array.from(order.flat()));
  const rates = weights.map((_, l) => dropRates[l] ?? 0);
  program.write('drop_keys', Uint32Array.from(rates.flatMap((rate, l) => [l + 1, 77, keepThreshold(rate), 0])));
  program.write(
    'drop_scale',
    Float64Array.from(rates, (rate) => 1 / (1 - rate)),
  );
  if (masks) program.write('drop_masks', Uint32Array.from(masks.flat(2)));
  program.write('parameters', parameters);
  return {
    plan,
    program,
    parameters,
    async loss() {
      program.write('parameters', parameters);
      await program.prepare('loss');
      program.run('loss');
      return (await program.read('losses', 0, 1))[0]!;
    },
    async gradients() {
      program.write('parameters', parameters);
      await program.prepare('gradients');
      program.run('gradients');
      return Float64Array.from(await program.read('gradients'));
    },
    tensorsOf(flat, l) {
      const { fanIn, fanOut, wOffset, bOffset } = plan.places[l]!;
      const rows = Array.from({ length: fanOut }, (_, o) => wOffset + o * fanIn);
      return {
        W: rows.map((start) => Array.from(flat.subarray(start, start + fanIn))),
        b: Array.from(flat.subarray(bOffset, bOffset + fanOut)),
      };
    },
  };
}

/** A network of these widths with random tensors and rows. */
export function randomNet(
  name: string,
  widths: readonly number[],
  activation: ActivationName,
  loss: LossName,
  rows = 6,
): NetSetting {
  const draw = drawing(name);
  const matrix = (rows: number, columns: number, scale: number) =>
    Array.from({ length: rows }, () => Array.from(draw.normals(columns, scale)));
  const weights = widths.slice(1).map((units, l): Tensors => {
    const fanIn = widths[l]!;
    return { W: matrix(units, fanIn, Math.sqrt(1 / fanIn)), b: Array.from(draw.normals(units, 0.3)) };
  });
  const outputs = widths[widths.length - 1]!;
  const y = Array.from({ length: rows }, () => {
    if (loss === 'softmaxCrossEntropy') return Array.from(draw.integers(1, outputs));
    if (loss === 'sigmoidCrossEntropy') return Array.from(draw.integers(outputs, 2));
    return Array.from(draw.normals(outputs));
  });
  const activations = widths.slice(2).map(() => activation);
  return { weights, x: matrix(rows, widths[0]!, 1), y, activations, loss };
}
