// The f32 kernels of the CPU backend, in AssemblyScript: WebAssembly with SIMD. Each works on one model, through pointers into
// the memory that the host lays out; src/backend/cpu-wasm.ts calls them. What they compute is defined by src/ops.

export * from './activation';
export * from './batch';
export * from './dense';
export * from './dropout';
export * from './loss';
export * from './optimizer';

/** The first byte that the module itself does not use. */
export function heap_base(): usize {
  return __heap_base;
}
