// Which kernel a product gets: by its sizes and the device, never by the number of models.
import { describe, expect, test } from 'vitest';
import type { AdapterTraits } from '../../src/plan/choose.ts';
import { compile } from '../../src/plan/compile.ts';
import type { NetworkShape } from '../../src/plan/plan.ts';
import { denseVariant, gradientParts } from '../../src/plan/variant.ts';

const device = { workgroupBytes: 16384, workgroupThreads: 256 };
const SOFTWARE: AdapterTraits = { ...device, software: true, subgroupSizes: [4, 4] };
const PLAIN: AdapterTraits = { ...device, software: true, subgroupSizes: null };
const GPU: AdapterTraits = { ...device, software: false, subgroupSizes: [32, 32] };

/** 128 rows through 784 × 512 weights, and 64 rows through 64 × 32. */
const LARGE = { rows: 128, columns: 512, depth: 784 };
const SMALL = { rows: 64, columns: 32, depth: 64 };

describe('the variant of a product', () => {
  test('the CPU has none', () => {
    expect(denseVariant('dense_forward', LARGE, null)).toEqual({ op: 'dense_forward', constants: {} });
  });

  test('on a software adapter, by work', () => {
    expect(denseVariant('dense_forward', LARGE, SOFTWARE).op).toBe('dense_forward_wide');
    expect(denseVariant('dense_forward', SMALL, SOFTWARE).op).toBe('dense_forward_subgroup');
    expect(denseVariant('dense_grad_w', LARGE, PLAIN).op).toBe('dense_grad_w');
  });

  // Subgroups of two lanes would cut the four that share loads apart.
  test('subgroups of fewer than four lanes do not count', () => {
    expect(denseVariant('dense_grad_x', SMALL, { ...PLAIN, subgroupSizes: [2, 8] }).op).toBe('dense_grad_x');
  });

  test('wide tiles take no remainder, and are not left half empty', () => {
    expect(denseVariant('dense_forward', { ...LARGE, depth: 783 }, SOFTWARE)).toEqual({
      op: 'dense_forward_subgroup',
      constants: { REMAINDER: 1 },
    });
    expect(denseVariant('dense_forward', { rows: 4096, columns: 12, depth: 512 }, SOFTWARE).op).not.toMatch(/wide/);
    expect(denseVariant('dense_grad_w', { rows: 12, columns: 4096, depth: 512 }, SOFTWARE).op).not.toMatch(/wide/);
  });

  // They read and write four values at a time; a gradient of weights has units for rows, the others rows of the batch.
  test('wide tiles take layers whose units are multiples of four', () => {
    const op = (name: Parameters<typeof denseVariant>[0], change: Partial<typeof LARGE>) =>
      denseVariant(name, { ...LARGE, ...change }, SOFTWARE).op;
    expect(op('dense_forward', { columns: 510 })).toBe('dense_forward_subgroup');
    expect(op('dense_grad_x', { columns: 511 })).toBe('dense_grad_x_subgroup');
    expect(op('dense_grad_w', { rows: 510 })).toBe('dense_grad_w_subgroup');
    expect(op('dense_forward', { rows: 127 })).toBe('dense_forward_wide');
    expect(op('dense_grad_x', { rows: 127 })).toBe('dense_grad_x_wide');
  });

  test('on a GPU, large tiles where there are enough of them', () => {
    expect(denseVariant('dense_forward', { rows: 512, columns: 512, depth: 9 }, GPU)).toEqual({
      op: 'dense_forward_tiled',
      constants: { WORKGROUP_SIZE: 256, TILE: 64 },
    });
    expect(denseVariant('dense_forward', LARGE, GPU)).toEqual({
      op: 'dense_forward_tiled',
      constants: { WORKGROUP_SIZE: 64, TILE: 32 },
    });
  });
});

describe('parts of a gradient', () => {
  test.each([SOFTWARE, PLAIN, GPU])('many rows and few weights make several, of 256 rows at least', (traits) => {
    const parts = gradientParts({ rows: 10, columns: 32, depth: 1797 }, traits);
    expect(parts).toBeGreaterThan(1);
    expect(1797 / parts).toBeGreaterThanOrEqual(256);
  });

  test('none where there is work for all workgroups, nor for few rows, nor on the CPU', () => {
    expect(gradientParts({ rows: 512, columns: 784, depth: 4096 }, SOFTWARE)).toBe(1);
    expect(gradientParts({ rows: 512, columns: 784, depth: 4096 }, GPU)).toBe(1);
    expect(gradientParts({ rows: 10, columns: 32, depth: 511 }, GPU)).toBe(1);
    expect(gradientParts({ rows: 10, columns: 32, depth: 1797 }, null)).toBe(1);
  });

  test('the parts of an odd number of rows have a remainder', () => {
    const of = (depth: number) => denseVariant('dense_grad_w', { ...SMALL, depth }, SOFTWARE, 4).constants;
    expect(of(1024)).toEqual({ REMAINDER: 0 });
    expect(of(1028)).toEqual({ REMAINDER: 1 });
  });
});

const shape = (models: number): NetworkShape => ({
  models,
  inputs: 64,
  targets: 1,
  layers: [
    { units: 32, activation: 'relu', dropout: 'none', masks: 0 },
    { units: 10, activation: 'linear', dropout: 'none', masks: 0 },
  ],
  loss: 'softmaxCrossEntropy',
  optimizer: 'adam',
  epsilonInside: false,
  clip: false,
  rows: { train: 1797, validation: 0, test: 0 },
  batch: 1797,
  gather: false,
  sharedRates: true,
  sharedMasks: true,
});

describe.each([SOFTWARE, PLAIN, GPU])('a plan for $software, $subgroupSizes', (traits) => {
  const stepOf = (models: number) => compile(shape(models), traits, { strategy: 'layered' }).segments.step;

  test('has the same kernels for one model as for a thousand', () => {
    const kernels = (models: number) => stepOf(models).map(({ op, constants, dims }) => [op, constants, dims.splits]);
    expect(kernels(1000)).toEqual(kernels(1));
  });

  test('adds up the parts of a gradient right after they are made', () => {
    const step = stepOf(1);
    const split = step.findIndex(({ op }) => op === 'sum_gradients');
    expect(step[split - 1]!.buffers.gradients).toBe('gradient_parts');
    expect(step[split - 1]!.dims.splits).toBe(step[split]!.dims.splits);
  });

  test('has one forward kernel for a hidden layer and the output', () => {
    const forward = stepOf(1).filter(({ op }) => op.startsWith('dense_forward'));
    expect(forward.map(({ dims }) => dims.linear)).toEqual([0, 1]);
    expect(forward[1]!.op).toBe(forward[0]!.op === 'dense_forward_wide' ? 'dense_forward_subgroup' : forward[0]!.op);
    expect(forward[1]!.constants.ACTIVATION).toBe(forward[0]!.constants.ACTIVATION);
  });
});
