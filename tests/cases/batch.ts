// Cases of batch_gather, advance_clock and decision_grid.
import { NO_ROW } from '../../src/ops/batch.ts';
import { drawing } from '../support/draw.ts';
import { type OpCase, sizesAround } from '../support/op-case.ts';

interface Gather {
  readonly rows: number;
  readonly batch: number;
  readonly inputs: number;
  readonly targets: number;
  /** Positions at the end of the batch that hold no row. */
  readonly missing?: number;
}

function gatherCase({ rows, batch, inputs, targets, missing = 0 }: Gather): OpCase {
  const name = `batch_gather N=${rows} B=${batch} I=${inputs} T=${targets}${missing ? ` ${missing} missing` : ''}`;
  const draw = drawing(name);
  const order = draw.integers(4 * batch, rows);
  order.fill(NO_ROW, 3 * batch - missing, 3 * batch);
  return {
    op: 'batch_gather',
    name,
    dims: { batch, inputs, targets },
    constants: {},
    inputs: {
      x: draw.normals(rows * inputs),
      y: draw.normals(rows * targets),
      clock: Uint32Array.of(9, 7, 11),
      order,
    },
    outputs: { x_batch: batch * inputs, y_batch: batch * targets },
  };
}

const gatherCases: OpCase[] = [
  ...sizesAround(64).map((batch) => gatherCase({ rows: 300, batch, inputs: 2, targets: 1 })),
  gatherCase({ rows: 1, batch: 3, inputs: 1, targets: 1 }),
  gatherCase({ rows: 97, batch: 13, inputs: 64, targets: 10 }),
  gatherCase({ rows: 300, batch: 64, inputs: 2, targets: 1, missing: 20 }),
  gatherCase({ rows: 5, batch: 4, inputs: 3, targets: 2, missing: 3 }),
];

function advanceCase(clock: number, steps: number): OpCase {
  const inputs = { clock: Uint32Array.of(clock, 3, 99) };
  const name = `advance_clock from ${clock} by ${steps}`;
  return { op: 'advance_clock', name, dims: { steps }, constants: {}, inputs, outputs: {} };
}

interface Grid {
  readonly batch: number;
  readonly inputs: number;
  readonly columns: number;
  readonly rows: number;
  readonly xAxis: number;
  readonly yAxis: number;
  readonly first: number;
}

function gridCase({ batch, inputs, columns, rows, xAxis, yAxis, first }: Grid): OpCase {
  const grid = Float32Array.of(-1.5, 2.5, -0.75, 1.25, columns, rows, xAxis, yAxis, first);
  const name = `decision_grid B=${batch} I=${inputs} ${columns}×${rows} axes ${xAxis},${yAxis} from ${first}`;
  const inputsOf = { grid, base: drawing(name).normals(inputs) };
  const outputs = { x: batch * inputs };
  return { op: 'decision_grid', name, dims: { batch, inputs }, constants: {}, inputs: inputsOf, outputs };
}

const gridCases: OpCase[] = [
  ...sizesAround(64).map((batch) =>
    gridCase({ batch, inputs: 2, columns: 21, rows: 17, xAxis: 0, yAxis: 1, first: 0 }),
  ),
  gridCase({ batch: 60, inputs: 2, columns: 1, rows: 60, xAxis: 1, yAxis: 0, first: 0 }),
  gridCase({ batch: 65, inputs: 5, columns: 33, rows: 9, xAxis: 3, yAxis: 1, first: 128 }),
];

export const batchCases: OpCase[] = [
  ...gatherCases,
  advanceCase(0, 1),
  advanceCase(41, 3),
  advanceCase(41, 0),
  ...gridCases,
];
