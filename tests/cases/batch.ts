// Cases of advance_clock and decision_grid; and the tables from which other ops pick the rows of a batch.
import { type Drawing, drawing } from '../support/draw.ts';
import { type OpCase, sizesAround } from '../support/op-case.ts';

/** A batch picked from this many rows. */
export const PICKED_FROM = 300;

/**
 * Row numbers of four steps' batches, the clock at the last of them. Without `gather` there is no table, and each position is
 * a row.
 */
export function batchTables(draw: Drawing, gather: boolean, batch: number) {
  return {
    dims: { gather: gather ? 1 : 0 },
    inputs: {
      clock: Uint32Array.of(5, 2, 40),
      order: gather ? draw.integers(4 * batch, PICKED_FROM) : new Uint32Array(0),
    },
  };
}

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

export const batchCases: OpCase[] = [advanceCase(0, 1), advanceCase(41, 3), advanceCase(41, 0), ...gridCases];
