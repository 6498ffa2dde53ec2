// What a row of the op table is: the contract of one kernel, and the independent CPU function that defines it.
// No device is named here; the plan, both backends, the tests and the benchmark read these rows.

import type { Reals } from '../core/shape.ts';

export type Element = 'real' | 'u32';
export type Access = 'read' | 'write' | 'readWrite';

/** One storage buffer of a kernel. `shape` names dims; a buffer is row-major in that order. */
export interface Binding<E extends Element = Element> {
  readonly element: E;
  readonly access: Access;
  readonly shape: readonly string[];
}

export const read = (...shape: string[]): Binding<'real'> => ({ element: 'real', access: 'read', shape });
export const write = (...shape: string[]): Binding<'real'> => ({ element: 'real', access: 'write', shape });
export const readWrite = (...shape: string[]): Binding<'real'> => ({ element: 'real', access: 'readWrite', shape });
export const readU32 = (...shape: string[]): Binding<'u32'> => ({ element: 'u32', access: 'read', shape });
export const writeU32 = (...shape: string[]): Binding<'u32'> => ({ element: 'u32', access: 'write', shape });
export const readWriteU32 = (...shape: string[]): Binding<'u32'> => ({ element: 'u32', access: 'readWrite', shape });

export type Bindings = Readonly<Record<string, Binding>>;
export type Dims<D extends string = string> = Readonly<Record<D, number>>;
export type Constants<C extends string = string> = Readonly<Record<C, number>>;

/** The arrays behind the bindings: `real` in the precision of the run, `u32` always Uint32Array. */
export type Arrays<B extends Bindings> = {
  readonly [Name in keyof B]: B[Name] extends Binding<'u32'> ? Uint32Array : Reals;
};

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

export interface Op<D extends string = string, B extends Bindings = Bindings, C extends string = string> {
  /** The WGSL entry point, in shaders/<file>.wgsl. */
  readonly name: string;
  readonly file: string;
  /** There is no such file: the source is generated and comes with the dispatch. */
  readonly generated?: true;
  /** Fields of the kernel's `struct Dims`, in order; binding 0 is this uniform. */
  readonly dims: readonly D[];
  /** Bindings 1, 2, …, in order. */
  readonly bindings: B;
  /** `override` or `const` declarations of the kernel, with the values it has in the file. */
  readonly constants: Constants<C>;
  /** Library files appended to the kernel, by name under shaders/. */
  readonly uses: readonly string[];
  /** Workgroups to dispatch. */
  grid(dims: Dims<D>, constants: Constants<C>): readonly [number, number, number];
  /** How far f32 on a conforming device may be from this row's `cpu` in f64, for inputs of magnitude about 1. */
  tolerance(dims: Dims<D>): Tolerance;
  /** Floating-point operations of one dispatch, for the benchmark. */
  flops?(dims: Dims<D>): number;
  /** The definition: plain loops from the formula, in the precision of the arrays. */
  cpu(dims: Dims<D>, arrays: Arrays<B>, constants: Constants<C>): void;
}

/** Gives a row its precise types; the table holds it as the plain `Op`. */
export function defineOp<const D extends string, const B extends Bindings, const C extends string>(
  op: Op<D, B, C>,
): Op<D, B, C> {
  return op;
}

/** The same op by another kernel, in shaders/<name>.wgsl, whose constants have all that the op's `cpu` looks at. */
export function defineVariant<D extends string, B extends Bindings, C extends string, const E extends string>(
  op: Op<D, B, C>,
  kernel: {
    readonly name: string;
    readonly constants: Constants<E>;
    grid(dims: Dims<D>, constants: Constants<E>): readonly [number, number, number];
  },
): Op<D, B, E> {
  const { cpu } = op as unknown as Op<D, B, E>;
  return { ...op, file: kernel.name, ...kernel, cpu };
}
