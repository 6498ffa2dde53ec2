// Moving through the training rows: the batch of a step, and the step counter that every kernel reads.

import { ceilDiv } from '../core/shape.ts';
import { defineOp, read, readU32, readWriteU32, write } from './op.ts';

/** Stands in the order table where a batch has ended; such rows become zeros. */
export const NO_ROW = 0xffffffff;

/** x_batch and y_batch of this step, shared by all models: row order[step][position] of the training set. */
export const batchGather = defineOp({
  name: 'batch_gather',
  file: 'batch_gather',
  dims: ['batch', 'inputs', 'targets'],
  bindings: {
    x: read('rows', 'inputs'),
    y: read('rows', 'targets'),
    clock: readU32('3'),
    order: readU32('table_steps', 'batch'),
    x_batch: write('batch', 'inputs'),
    y_batch: write('batch', 'targets'),
  },
  constants: { WORKGROUP_SIZE: 64, COLUMNS: 8 },
  uses: ['lib/clock'],
  grid: (d, c) => [ceilDiv(d.batch * ceilDiv(d.inputs, c.COLUMNS), c.WORKGROUP_SIZE), 1, 1],
  tolerance: () => ({ rtol: 0, atol: 0 }),
  cpu(d, a) {
    const first = (a.clock[0]! - a.clock[1]!) * d.batch;
    for (let position = 0; position < d.batch; position++) {
      const row = a.order[first + position]!;
      for (let i = 0; i < d.inputs; i++) {
        a.x_batch[position * d.inputs + i] = row === NO_ROW ? 0 : a.x[row * d.inputs + i]!;
      }
      for (let t = 0; t < d.targets; t++) {
        a.y_batch[position * d.targets + t] = row === NO_ROW ? 0 : a.y[row * d.targets + t]!;
      }
    }
  },
});

/** The step is done: clock[0] counts one up; with steps = 0 the whole replay is, and clock[0] is its end. */
export const advanceClock = defineOp({
  name: 'advance_clock',
  file: 'advance_clock',
  dims: ['steps'],
  bindings: { clock: readWriteU32('3') },
  constants: {},
  uses: ['lib/clock'],
  grid: () => [1, 1, 1],
  tolerance: () => ({ rtol: 0, atol: 0 }),
  cpu(d, a) {
    a.clock[0] = d.steps === 0 ? a.clock[2]! : a.clock[0]! + d.steps;
  },
});

/**
 * Rows of x for a picture of the decision boundary: points `first` … of a columns × rows grid over two of the inputs,
 * row by row from the lowest y, the other inputs held at `base`.
 * grid = [x min, x max, y min, y max, columns, rows, x axis, y axis, first]
 */
export const decisionGrid = defineOp({
  name: 'decision_grid',
  file: 'decision_grid',
  dims: ['batch', 'inputs'],
  bindings: { grid: read('9'), base: read('inputs'), x: write('batch', 'inputs') },
  constants: { WORKGROUP_SIZE: 64 },
  uses: [],
  grid: (d, c) => [ceilDiv(d.batch, c.WORKGROUP_SIZE), 1, 1],
  tolerance: () => ({ rtol: 1e-6, atol: 1e-6 }),
  cpu(d, a) {
    const [xMin, xMax, yMin, yMax, columns, rows, xAxis, yAxis, first] = a.grid as unknown as GridSetting;
    for (let position = 0; position < d.batch; position++) {
      const point = first + position;
      for (let i = 0; i < d.inputs; i++) {
        let value = a.base[i]!;
        if (i === xAxis) value = between(xMin, xMax, point % columns, columns);
        if (i === yAxis) value = between(yMin, yMax, Math.floor(point / columns), rows);
        a.x[position * d.inputs + i] = value;
      }
    }
  },
});

type GridSetting = [number, number, number, number, number, number, number, number, number];

/** Point `index` of `count` evenly spaced from low to high; the middle where there is only one. */
function between(low: number, high: number, index: number, count: number): number {
  return count === 1 ? (low + high) / 2 : low + ((high - low) * index) / (count - 1);
}
