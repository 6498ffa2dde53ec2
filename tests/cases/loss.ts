// Cases of loss_head, objective, score_rows and probabilities.
import { HYPER, HYPER_SIZE } from '../../src/ops/hyper.ts';
import { HEALTHY, LOSS, SCORE_BLOCK } from '../../src/ops/loss.ts';
import { type Drawing, drawing } from '../support/draw.ts';
import { type OpCase, sizesAround, tensorEnds } from '../support/op-case.ts';
import { batchTables, PICKED_FROM } from './batch.ts';

export type LossCode = keyof typeof LOSS;

export const LOSSES = Object.keys(LOSS) as LossCode[];

/** Logits of one row each. Softmax shifts by the largest; sigmoid must not overflow on either side. */
const EDGE_ROWS = [
  [0, 0, 0],
  [100, -100, 0],
  [-100, 100, 0],
  [100, 100, 100],
  [-1000, 1000, 0],
  [1e-20, -1e-20, 0],
  [20, 1, -20],
];
const EDGE_UNITS = 3;

/** Columns of y, and rows of targets that suit the loss. */
function targetsFor(draw: Drawing, loss: LossCode, rows: number, units: number) {
  if (loss === 'softmaxCrossEntropy') return { targets: 1, y: Float32Array.from(draw.integers(rows, units)) };
  if (loss === 'sigmoidCrossEntropy') return { targets: units, y: Float32Array.from(draw.integers(rows * units, 2)) };
  return { targets: units, y: draw.normals(rows * units) };
}

interface Head {
  readonly loss: LossCode;
  readonly models: number;
  readonly batch: number;
  readonly units: number;
  /** Rows of this step's batch. */
  readonly rows?: number;
  /** y is a training set's, from which a table picks the batch. */
  readonly gather?: boolean;
  readonly logits?: readonly (readonly number[])[];
}

function headCase(setting: Head): OpCase {
  const { loss, models, batch, units, rows = batch, gather = false, logits } = setting;
  const notes = [rows < batch && `${rows} rows`, gather && 'gathered', logits && 'edges'].filter(Boolean);
  const name = ['loss_head', `M=${models} B=${batch} U=${units}`, loss, ...notes].join(' ');
  const draw = drawing(name);
  const { targets, y } = targetsFor(draw, loss, gather ? PICKED_FROM : batch, units);
  const tables = batchTables(draw, gather, batch);
  return {
    op: 'loss_head',
    name,
    dims: { models, batch, units, targets, ...tables.dims, health_stride: 3 },
    constants: { LOSS: LOSS[loss] },
    inputs: {
      logits: logits ? Float32Array.from(logits.flat()) : draw.normals(models * batch * units, 2),
      y,
      ...tables.inputs,
      // The steps before name other numbers of rows.
      batch_rows: Uint32Array.of(1, 2, 3, rows),
      // Model 0 has been unhealthy since step 4, before this one.
      health: new Uint32Array(3 * models).fill(HEALTHY).fill(4, 0, 1),
    },
    outputs: { row_loss: models * batch, d_logits: models * batch * units },
  };
}

const fullHeads = LOSSES.flatMap((loss) => [
  ...sizesAround(64).map((batch) => headCase({ loss, models: 1, batch, units: 3 })),
  ...[1, 2, 10].map((units) => headCase({ loss, models: 3, batch: 5, units })),
  headCase({ loss, models: 3, batch: 64, units: 2, rows: 44, gather: true }),
  headCase({ loss, models: 1, batch: EDGE_ROWS.length, units: EDGE_UNITS, logits: EDGE_ROWS }),
]);

/** A logit of model 1 has overflowed: its health names this step. (Softmax of it is indeterminate in WGSL.) */
const overflowedHeads = (['sigmoidCrossEntropy', 'meanSquaredError'] as const).map((loss) =>
  headCase({
    loss,
    models: 2,
    batch: 1,
    units: 2,
    logits: [
      [0, 1],
      [Number.POSITIVE_INFINITY, 0],
    ],
  }),
);

export const lossHeadCases: OpCase[] = [...fullHeads, ...overflowedHeads];

interface Objective {
  readonly models: number;
  readonly batch: number;
  /** Weights and biases of each layer, with the gap that alignment leaves after each. */
  readonly tensors: readonly number[];
  readonly l2: number;
  readonly note?: string;
  readonly rows?: number;
  readonly rowLoss?: (values: Float32Array) => void;
  readonly health?: readonly number[];
}

function objectiveCase(setting: Objective): OpCase {
  const { models, batch, tensors, l2, note, rows = batch, rowLoss, health = [] } = setting;
  const name = ['objective', `M=${models} B=${batch} P=${tensors.join('+')} l2=${l2}`, note].filter(Boolean).join(' ');
  const draw = drawing(name);
  const ends = tensorEnds(tensors);
  const params = ends[tensors.length]!;
  const health_stride = tensors.length / 2 + 1;
  const row_loss = draw.uniforms(models * batch, 0, 2);
  for (let m = 0; m < models; m++) row_loss.fill(0, m * batch + rows, (m + 1) * batch);
  rowLoss?.(row_loss);
  const hyper = draw.normals(models * HYPER_SIZE);
  for (let m = 0; m < models; m++) hyper[m * HYPER_SIZE + HYPER.l2] = l2 / (m + 1);
  const steps = 4;
  const healths = new Uint32Array(models * health_stride).fill(HEALTHY);
  healths.set(health);
  return {
    op: 'objective',
    name,
    dims: { models, batch, params, tensors: tensors.length, health_stride },
    constants: {},
    inputs: {
      row_loss,
      parameters: draw.normals(models * params, 0.3),
      tensor_offsets: ends,
      hyper,
      clock: Uint32Array.of(12, 10, 30),
      batch_rows: Uint32Array.of(1, 2, rows, 3),
      health: healths,
    },
    outputs: { losses: steps * models },
  };
}

const setAt = (index: number, value: number) => (values: Float32Array) => {
  values[index] = value;
};

export const objectiveCases: OpCase[] = [
  ...sizesAround(64).map((batch) => objectiveCase({ models: 1, batch, tensors: [4, 4], l2: 0.01 })),
  ...[1, 63, 64, 65, 1031].map((w) => objectiveCase({ models: 3, batch: 5, tensors: [w, 3, 8, 4], l2: 0.02 })),
  objectiveCase({ models: 3, batch: 64, tensors: [20, 12], l2: 0, rows: 44, note: '44 rows' }),
  objectiveCase({ models: 3, batch: 5, tensors: [8, 4], l2: 0.1, note: 'NaN', rowLoss: setAt(7, Number.NaN) }),
  objectiveCase({ models: 3, batch: 5, tensors: [8, 4], l2: 0.1, note: 'Infinity', rowLoss: setAt(0, Infinity) }),
  objectiveCase({
    models: 1,
    batch: 5,
    tensors: [8, 4],
    l2: 0.1,
    note: 'not finite since step 3',
    rowLoss: setAt(0, Infinity),
    health: [3],
  }),
];

interface Score {
  readonly loss: LossCode;
  readonly models: number;
  readonly units: number;
  readonly rows: number;
  /** Rows and blocks of earlier passes over the same set. */
  readonly passed?: number;
  readonly logits?: readonly (readonly number[])[];
}

function scoreCase({ loss, models, units, rows, passed = 0, logits }: Score): OpCase {
  const notes = [passed > 0 && `after ${passed}`, logits && 'edges'].filter(Boolean);
  const name = ['score_rows', `M=${models} N=${rows} U=${units}`, loss, ...notes].join(' ');
  const draw = drawing(name);
  const { targets, y } = targetsFor(draw, loss, passed + rows, units);
  const blocks = Math.ceil((passed + rows) / SCORE_BLOCK) + 1;
  return {
    op: 'score_rows',
    name,
    dims: {
      ...{ models, batch: rows, units, targets, y_offset: passed * targets },
      ...{ rows, block_offset: passed / SCORE_BLOCK, blocks },
    },
    constants: { LOSS: LOSS[loss] },
    inputs: { logits: logits ? Float32Array.from(logits.flat()) : draw.normals(models * rows * units, 2), y },
    outputs: { scores: models * blocks * 2 },
  };
}

export const scoreCases: OpCase[] = LOSSES.flatMap((loss) => [
  ...sizesAround(64).map((rows) => scoreCase({ loss, models: 1, units: 1, rows })),
  ...[2, 10].map((units) => scoreCase({ loss, models: 3, units, rows: 70, passed: 128 })),
  scoreCase({ loss, models: 1, units: EDGE_UNITS, rows: EDGE_ROWS.length, logits: EDGE_ROWS }),
]);

function probabilityCase(loss: LossCode, models: number, batch: number, units: number, edges = false): OpCase {
  const name = `probabilities M=${models} B=${batch} U=${units} ${loss}${edges ? ' edges' : ''}`;
  const logits = edges ? Float32Array.from(EDGE_ROWS.flat()) : drawing(name).normals(models * batch * units, 3);
  return {
    op: 'probabilities',
    name,
    dims: { models, batch, units },
    constants: { LOSS: LOSS[loss] },
    inputs: { logits },
    outputs: { y: models * batch * units },
  };
}

export const probabilityCases: OpCase[] = LOSSES.flatMap((loss) => [
  ...sizesAround(64).map((batch) => probabilityCase(loss, 1, batch, 2)),
  ...[1, 10].map((units) => probabilityCase(loss, 3, 5, units)),
  probabilityCase(loss, 1, EDGE_ROWS.length, EDGE_UNITS, true),
]);

export const lossCases: OpCase[] = [...lossHeadCases, ...objectiveCases, ...scoreCases, ...probabilityCases];
