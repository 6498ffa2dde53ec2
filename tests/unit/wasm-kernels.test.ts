// The WebAssembly kernels of the CPU backend against their ops' own functions in f64, over the cases that the GPU meets too.
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { createCpuBackend } from '../../src/backend/cpu.ts';
import { loadKernels } from '../../src/backend/wasm.ts';
import { hasKernel } from '../../src/backend/wasm-kernels.ts';
import { ACTIVATION } from '../../src/ops/activation.ts';
import { LOSS } from '../../src/ops/loss.ts';
import { OPTIMIZER } from '../../src/ops/optimizer.ts';
import { type OpName, ops } from '../../src/ops/table.ts';
import type { Plan, PlanBuffer } from '../../src/plan/plan.ts';
import codes from '../../wasm/codes.ts?raw';
import { casesOf } from '../cases/all.ts';
import { expectClose } from '../support/close.ts';
import { expectedOf, type OpCase, rowOf, writtenBindings } from '../support/op-case.ts';

const cases = (Object.keys(ops) as OpName[]).flatMap(casesOf).filter(({ op, dims }) => hasKernel(op, dims));

/** A plan of one dispatch, with a buffer for each binding. */
function planOf({ op, dims, constants, inputs, outputs }: OpCase): Plan {
  const buffers = Object.entries(rowOf({ op } as OpCase).bindings).map(([name, { element }]): PlanBuffer => {
    return { name, element, shape: [inputs[name]?.length ?? outputs[name]!], modelAxis: null };
  });
  const step = [{ op, dims, constants, buffers: Object.fromEntries(buffers.map(({ name }) => [name, name])) }];
  return {
    buffers: Object.fromEntries(buffers.map((each) => [each.name, each])),
    segments: { step },
  } as unknown as Plan;
}

async function runKernel(opCase: OpCase): Promise<Record<string, ArrayLike<number>>> {
  const program = await (await createCpuBackend('f32')).build(planOf(opCase));
  const names = Object.entries(rowOf(opCase).bindings);
  for (const [name, { access }] of names) {
    const poison = () => new Float32Array(opCase.outputs[name]!).fill(Number.NaN);
    program.write(name, access === 'write' ? poison() : opCase.inputs[name]!);
  }
  program.run('step');
  return Object.fromEntries(await Promise.all(names.map(async ([name]) => [name, await program.read(name)] as const)));
}

describe('WebAssembly kernels', () => {
  let worst = 0;
  afterAll(() => {
    console.log(`WebAssembly kernels: ${cases.length} cases, ${(100 * worst).toFixed(0)} % of the tolerance`);
  });

  test('Node has WebAssembly with SIMD, so they run here', async () => {
    expect(await loadKernels()).not.toBeNull();
    expect((await createCpuBackend('f32')).adapter).toBe('WebAssembly SIMD, one thread');
  });

  test('every op that a step of training is made of has one', () => {
    expect([...new Set(cases.map(({ op }) => op))].sort()).toEqual([
      'activation_forward',
      ...['dense_forward', 'dense_forward_subgroup', 'dense_forward_tiled', 'dense_forward_wide'],
      ...['dense_grad_w', 'dense_grad_w_subgroup', 'dense_grad_w_tiled', 'dense_grad_w_wide'],
      ...['dense_grad_x', 'dense_grad_x_subgroup', 'dense_grad_x_tiled', 'dense_grad_x_wide'],
      'loss_head',
      'objective',
      'optimizer_step',
    ]);
  });

  test.each(cases.map((opCase) => [`${opCase.op}: ${opCase.name}`, opCase] as const))('%s', async (_, opCase) => {
    const arrays = await runKernel(opCase);
    const expected = expectedOf(opCase);
    for (const binding of writtenBindings(rowOf(opCase))) {
      const written = expected[binding]!.flatMap((value, i) => (value === null ? [] : [i]));
      const actual = written.map((i) => arrays[binding]![i]!);
      const reference = written.map((i) => expected[binding]![i]!);
      const finite = reference.map(Number.isFinite);
      expect(actual.map(Number.isFinite)).toEqual(finite);
      const keep = (values: number[]) => values.filter((_value, i) => finite[i]);
      const exact = rowOf(opCase).bindings[binding]!.element === 'u32';
      const tolerance = exact ? { rtol: 0, atol: 0 } : rowOf(opCase).tolerance(opCase.dims);
      worst = Math.max(worst, expectClose(keep(actual), keep(reference), tolerance));
    }
  });
});

test('the codes of activations, losses and optimizers are the same on both sides', () => {
  const declared = [...codes.matchAll(/^export const (\w+): i32 = (\d+);$/gm)].map(([, name, code]) => [
    name,
    Number(code),
  ]);
  const upper = (name: string) => name.replaceAll(/[A-Z]/g, '_$&').toUpperCase();
  const expected = [ACTIVATION, LOSS, OPTIMIZER].flatMap(Object.entries).map(([name, code]) => [upper(name), code]);
  expect(declared).toEqual(expected);
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  // A content policy without 'wasm-unsafe-eval' makes compile reject with a CompileError (CSP Level 3, §4.5).
  const forbid = () => {
    const compile = () => Promise.reject(new WebAssembly.CompileError('blocked by Content Security Policy'));
    vi.stubGlobal('WebAssembly', { CompileError: WebAssembly.CompileError, compile });
    vi.resetModules();
  };

  test('the definitions train instead, and the run says so', async () => {
    const { createSession, presets } = await import('../../src/index.ts');
    const run = { ...presets['initialization/he']!, steps: 200 };
    const usual = await createSession(run, { backend: 'cpu' });
    await usual.step(200);
    forbid();
    const plain = await (await import('../../src/index.ts')).createSession(run, { backend: 'cpu' });
    await plain.step(200);
    expect(usual.backend.adapter).toBe('WebAssembly SIMD, one thread');
    expect(plain.backend.adapter).toBe('JavaScript, one thread');
    // Both round to f32: 200 updates of weights near 1, each off by at most 2⁻²⁴ of them.
    expect(Math.abs((await plain.loss()) - (await usual.loss()))).toBeLessThan(200 * 2 ** -24);
  });
});
