// The fast f32 kernels of the CPU backend against their rows' plain functions in f64, over the cases that the GPU meets too.
import { afterAll, describe, expect, test } from 'vitest';
import { fastKernel } from '../../src/backend/cpu-kernels.ts';
import { type OpName, ops } from '../../src/ops/table.ts';
import { casesOf } from '../cases/all.ts';
import { expectClose } from '../support/close.ts';
import { expectedOf, type OpCase, rowOf, writtenBindings } from '../support/op-case.ts';

const fast = (opCase: OpCase) => fastKernel(opCase.op, { ...rowOf(opCase).constants, ...opCase.constants });
const cases = (Object.keys(ops) as OpName[]).flatMap(casesOf).filter(fast);

function runFast(opCase: OpCase): Record<string, Float32Array | Uint32Array> {
  const op = rowOf(opCase);
  const arrays: Record<string, Float32Array | Uint32Array> = {};
  for (const [name, { access }] of Object.entries(op.bindings)) {
    if (access === 'write') arrays[name] = new Float32Array(opCase.outputs[name]!).fill(Number.NaN);
    else arrays[name] = opCase.inputs[name]!.slice();
  }
  fast(opCase)!(opCase.dims as never, arrays as never, { ...op.constants, ...opCase.constants } as never);
  return arrays;
}

describe('fast CPU kernels', () => {
  let worst = 0;
  afterAll(() => {
    console.log(`fast CPU kernels: ${cases.length} cases, ${(100 * worst).toFixed(0)} % of the tolerance`);
  });

  test('dense ops, the sigmoid head and adam have one', () => {
    expect([...new Set(cases.map(({ op }) => op))].sort()).toEqual([
      ...['dense_forward', 'dense_forward_subgroup', 'dense_forward_tiled', 'dense_forward_wide'],
      ...['dense_grad_w', 'dense_grad_w_subgroup', 'dense_grad_w_tiled', 'dense_grad_w_wide'],
      ...['dense_grad_x', 'dense_grad_x_subgroup', 'dense_grad_x_tiled', 'dense_grad_x_wide'],
      'loss_head',
      'optimizer_step',
    ]);
  });

  test.each(cases.map((opCase) => [`${opCase.op}: ${opCase.name}`, opCase] as const))('%s', (_, opCase) => {
    const arrays = runFast(opCase);
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
