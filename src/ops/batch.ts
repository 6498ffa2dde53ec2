// Moving through the training rows: the batch of a step, and the step counter that every kernel reads; and rows for pictures.

import { ceilDiv } from '../core/shape.ts';
import { type Dims, defineOp, read, readWriteU32, write } from './op.ts';

/**
 * Where position `position` of the step's batch lies in the training set: at that row, or with `gather` at the row that the
 * order table names. Past the end of a short batch it may name any row, whose gradient is zero.
 */
export function batchRow(
  d: Dims<'batch' | 'gather'>,
  a: { readonly clock: Uint32Array; readonly order: Uint32Array },
  position: number,
): number {
  return d.gather ? a.order[(a.clock[0]! - a.clock[1]!) * d.batch + position]! : position;
}

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
