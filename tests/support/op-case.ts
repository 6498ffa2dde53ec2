// A case of one op: everything that its CPU function and its kernel need, and no device.
import type { Op } from '../../src/ops/op.ts';
import { type OpName, ops } from '../../src/ops/table.ts';

export interface OpCase {
  readonly op: OpName;
  readonly name: string;
  readonly dims: Readonly<Record<string, number>>;
  /** Constants that differ from the row's. */
  readonly constants: Readonly<Record<string, number>>;
  /** Every `read` and `readWrite` binding. Reals are f32 numbers, so that both sides start from the same. */
  readonly inputs: Readonly<Record<string, Float32Array | Uint32Array>>;
  /** Elements of every `write` binding. */
  readonly outputs: Readonly<Record<string, number>>;
}

/** Around a tile or workgroup of `n`: 1, n − 1, n, n + 1, a prime, and a large one. */
export const sizesAround = (n: number): readonly number[] => [1, n - 1, n, n + 1, 13, 4 * n + 3];

/** Where tensors of these sizes begin one after another, and where the last one ends. */
export function tensorEnds(sizes: readonly number[]): Uint32Array {
  const ends = new Uint32Array(sizes.length + 1);
  sizes.forEach((size, tensor) => {
    ends[tensor + 1] = ends[tensor]! + size;
  });
  return ends;
}

/** Stands in what the CPU function has not written. No input is near it. */
const UNWRITTEN = 1.2345e300;
const UNWRITTEN_WORD = 0xbaadf00d;

export interface Expected {
  /** Binding → values in f64; `null` where the op leaves an element alone. */
  readonly [binding: string]: (number | null)[];
}

export function rowOf(opCase: OpCase): Op {
  return ops[opCase.op];
}

/** Bindings that the op writes. */
export function writtenBindings(op: Op): string[] {
  return Object.keys(op.bindings).filter((name) => op.bindings[name]!.access !== 'read');
}

/** What the row's own CPU function makes of the case, in f64. */
export function expectedOf(opCase: OpCase): Expected {
  const op = rowOf(opCase);
  const arrays: Record<string, Float64Array | Uint32Array> = {};
  for (const [name, { element, access }] of Object.entries(op.bindings)) {
    if (access === 'write') {
      const length = opCase.outputs[name]!;
      arrays[name] =
        element === 'u32' ? new Uint32Array(length).fill(UNWRITTEN_WORD) : new Float64Array(length).fill(UNWRITTEN);
    } else {
      const input = opCase.inputs[name]!;
      arrays[name] = element === 'u32' ? Uint32Array.from(input) : Float64Array.from(input);
    }
  }
  op.cpu(opCase.dims, arrays as never, { ...op.constants, ...opCase.constants });
  return Object.fromEntries(
    writtenBindings(op).map((name) => [
      name,
      Array.from(arrays[name]!, (value) => (value === UNWRITTEN || value === UNWRITTEN_WORD ? null : value)),
    ]),
  );
}
