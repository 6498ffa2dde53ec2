// Calls one row's CPU function with plain arrays, in f64.
import type { Reals } from '../../src/core/shape.ts';
import { HYPER, HYPER_SIZE } from '../../src/ops/hyper.ts';
import { type OpName, ops } from '../../src/ops/table.ts';

type Numbers = Readonly<Record<string, number>>;

/** Runs the op; bindings that it writes are changed in place. */
export function runCpu(
  op: OpName,
  dims: Numbers,
  arrays: Record<string, Reals | Uint32Array>,
  constants: Numbers = {},
) {
  const row = ops[op];
  for (const name of Object.keys(row.bindings)) if (!arrays[name]) throw new Error(`${op}: ${name} is missing`);
  for (const name of row.dims) if (dims[name] === undefined) throw new Error(`${op}: dims.${name} is missing`);
  row.cpu(dims, arrays as never, { ...row.constants, ...constants });
}

/** Hyperparameters as papers name them. */
export type HyperValues = Partial<Record<Exclude<keyof typeof HYPER, 'share1' | 'share2'> | 'beta1' | 'beta2', number>>;

/** One model's row of hyperparameters. */
export function hyperRow({ beta1, beta2, ...values }: HyperValues): Float64Array {
  const row = new Float64Array(HYPER_SIZE);
  const shares = {
    ...(beta1 !== undefined && { share1: 1 - beta1 }),
    ...(beta2 !== undefined && { share2: 1 - beta2 }),
  };
  for (const [name, value] of Object.entries({ ...values, ...shares })) row[HYPER[name as keyof typeof HYPER]] = value;
  return row;
}

/** Bindings and dims of a kernel with dropout where there is none. */
export const NO_DROPOUT = {
  dims: { layers: 1, layer: 0, masks: 1, mask_offset: 0, mask_stride: 0 },
  arrays: {
    drop_keys: new Uint32Array(4),
    drop_scale: Float64Array.of(1),
    clock: new Uint32Array(3),
    drop_masks: new Uint32Array(4),
  },
};

/** The tables of a batch that is taken as it lies. */
export const IN_PLACE = { clock: new Uint32Array(3), order: new Uint32Array(0) };

/** Columns are examples in the notebooks and rows are here. */
export function transposed(matrix: readonly (readonly number[])[]): number[][] {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}
