// The resident strategy without a device: when it is chosen, what its kernel's text depends on, and how the CPU runs it.
import { describe, expect, test } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { createCpuBackend } from '../../src/backend/cpu.ts';
import { shaderSource } from '../../src/backend/gpu/shaders.ts';
import { ops } from '../../src/ops/table.ts';
import type { AdapterTraits, StrategyPin } from '../../src/plan/choose.ts';
import { compile } from '../../src/plan/compile.ts';
import { formatPlan } from '../../src/plan/format.ts';
import type { LayerShape, NetworkShape } from '../../src/plan/plan.ts';
import type { Run } from '../../src/spec/types.ts';
import { trainFleet } from '../support/fleet.ts';
import { uninitializedVariables } from '../support/wgsl.ts';

const SOFTWARE: AdapterTraits = {
  software: true,
  subgroupSizes: [4, 4],
  workgroupBytes: 32768,
  workgroupThreads: 256,
};
const GPU: AdapterTraits = { ...SOFTWARE, software: false, subgroupSizes: [32, 32] };

const layer = (units: number, activation: LayerShape['activation'] = 'relu', dropout = false): LayerShape => ({
  units,
  activation,
  dropout: dropout ? 'counters' : 'none',
  masks: 0,
});

const shape = (changes: Partial<NetworkShape> = {}): NetworkShape => ({
  models: 3,
  inputs: 2,
  targets: 1,
  layers: [layer(20, 'relu', true), layer(3, 'relu', true), layer(1, 'linear')],
  loss: 'sigmoidCrossEntropy',
  optimizer: 'sgd',
  epsilonInside: false,
  clip: false,
  rows: { train: 211, validation: 0, test: 0 },
  batch: 211,
  gather: false,
  sharedRates: true,
  sharedMasks: true,
  ...changes,
});

const stepOf = (one: NetworkShape, traits: AdapterTraits, pin?: StrategyPin) => compile(one, traits, pin).segments.step;
const kernelOf = (one: NetworkShape, traits: AdapterTraits, pin?: StrategyPin) =>
  stepOf(one, traits, pin).find((dispatch) => dispatch.op === 'resident_step')!.kernel!;

describe('the choice', () => {
  const strategyOf = (one: NetworkShape, traits: AdapterTraits | null, pin?: StrategyPin) =>
    compile(one, traits, pin).strategy;

  test('a small network is resident on any device, in the preset that suits it', () => {
    expect(strategyOf(shape(), SOFTWARE)).toMatchObject({
      name: 'resident',
      preset: { name: 'software', subgroups: true },
    });
    expect(strategyOf(shape(), GPU)).toMatchObject({ name: 'resident', preset: { name: 'gpu', threads: 128 } });
  });

  test('subgroups are used only where all of them have four lanes', () => {
    for (const subgroupSizes of [null, [4, 8], [8, 8]] as const)
      expect(strategyOf(shape(), { ...SOFTWARE, subgroupSizes }).preset).toEqual({
        name: 'software',
        subgroups: false,
      });
  });

  test('the workgroup is as large as its memory allows', () => {
    expect(strategyOf(shape(), { ...GPU, workgroupBytes: 65536 }).preset).toEqual({ name: 'gpu', threads: 256 });
    expect(strategyOf(shape(), { ...GPU, workgroupBytes: 16384 }).preset).toEqual({ name: 'gpu', threads: 64 });
  });

  test('what does not fit is layered, and the text says why', () => {
    const wide = shape({ layers: [layer(100), layer(1, 'linear')] });
    expect(strategyOf(wide, GPU)).toMatchObject({ name: 'layered', why: expect.stringContaining('workgroup memory') });
    const deep = shape({ layers: [layer(100), layer(16), layer(1, 'linear')] });
    expect(strategyOf(deep, SOFTWARE)).toMatchObject({ name: 'layered', why: expect.stringContaining('to compile') });
    const long = shape({ batch: 200_000, rows: { train: 200_000, validation: 0, test: 0 } });
    expect(strategyOf(long, GPU)).toMatchObject({ name: 'layered', why: expect.stringContaining('rows ×') });
  });

  test('the CPU is layered', () => {
    expect(strategyOf(shape(), null).name).toBe('layered');
  });

  test('a pin is followed, and refused where it cannot be', () => {
    expect(strategyOf(shape(), SOFTWARE, { strategy: 'layered' }).name).toBe('layered');
    expect(strategyOf(shape(), SOFTWARE, { strategy: 'resident', preset: 'gpu' }).preset?.name).toBe('gpu');
    const wide = shape({ layers: [layer(300), layer(1, 'linear')] });
    expect(() => compile(wide, GPU, { strategy: 'resident' })).toThrow(RangeError);
  });

  test('the choice does not depend on the number of models', () => {
    for (const traits of [SOFTWARE, GPU])
      expect(strategyOf(shape({ models: 4096 }), traits)).toEqual(strategyOf(shape({ models: 1 }), traits));
  });
});

const KERNELS: Record<string, [NetworkShape, AdapterTraits]> = {
  software: [shape(), SOFTWARE],
  'software, no subgroups, adamw, clipped': [
    shape({ optimizer: 'adamw', clip: true }),
    { ...SOFTWARE, subgroupSizes: null },
  ],
  'software, batches, softmax, gelu': [
    shape({
      layers: [layer(6, 'gelu', true), layer(3, 'linear')],
      loss: 'softmaxCrossEntropy',
      batch: 64,
      gather: true,
    }),
    SOFTWARE,
  ],
  'software, many dropped layers': [
    shape({
      layers: [...Array.from({ length: 30 }, () => layer(3, 'relu', true)), layer(1, 'linear')],
      optimizer: 'momentum',
    }),
    SOFTWARE,
  ],
  gpu: [shape(), GPU],
  'gpu, batches, rmsprop, clipped': [shape({ optimizer: 'rmsprop', clip: true, batch: 64, gather: true }), GPU],
};

describe.each(Object.entries(KERNELS))('the text of %s', (_, [one, traits]) => {
  const kernel = kernelOf(one, traits);
  // The reflector knows neither `enable` nor subgroups.
  const module = new WgslReflect(shaderSource(ops.resident_step, kernel).replace('enable subgroups;', ''));
  const op = ops.resident_step;

  test('its entry, dims and bindings are those of the row', () => {
    expect(module.entry.compute.map((entry) => entry.name)).toEqual(['resident_step']);
    expect(module.uniforms[0]!.members!.map((member) => member.name)).toEqual([...op.dims]);
    const bindings = module.storage.map(({ name, access }) => [name, access === 'read' ? 'read' : 'readWrite']);
    const row = Object.entries(op.bindings).map(([name, { access }]) => [
      name,
      access === 'read' ? 'read' : 'readWrite',
    ]);
    expect(bindings).toEqual(row);
    expect(bindings.length).toBeLessThanOrEqual(8);
  });

  test('every variable of a function has an initializer', () => {
    expect(uninitializedVariables(kernel.source)).toEqual([]);
  });

  test('no branch hides in an operator: && and || cost seconds of compilation', () => {
    expect(kernel.source).not.toMatch(/&&|\|\|/);
  });

  // SwiftShader runs the body of a loop that tests first once more than it says, with all lanes masked.
  test('loops within a step test at their end', () => {
    const steps = kernel.source.match(/ {2}for \(var step[\s\S]*?\n {2}\}/g)!;
    const loops = steps.flatMap((text) => text.match(/for \(var (\w+)/g)!);
    const drawn = one.layers.some(({ dropout }) => dropout === 'counters') ? ['step'] : [];
    const allowed = traits.software
      ? ['step', ...drawn, ...(traits.subgroupSizes ? [] : ['p', 'c'])]
      : loops.map((text) => text.slice(9));
    expect(loops.map((text) => text.slice(9)).sort()).toEqual(allowed.sort());
  });

  test('its private variables fit the 8,192 bytes that WGSL promises', () => {
    const sizes = [...kernel.source.matchAll(/var<private> \w+: array<\w+, (\d+)>/g)].map(
      ([, count]) => 4 * Number(count),
    );
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(8192);
  });

  test('it depends on sizes and kinds, never on models, rates, seeds or tables', () => {
    const others = { ...one, models: 64, sharedRates: false, sharedMasks: false };
    expect(kernelOf(others, traits).source).toBe(kernel.source);
  });
});

const undropped = shape({ layers: [layer(20), layer(3), layer(1, 'linear')] });

test('the step segment does all steps once, and the plan says so', () => {
  const plan = compile(undropped, SOFTWARE);
  expect(plan.segments.step.map((dispatch) => [dispatch.op, dispatch.wholeRun])).toEqual([
    ['resident_pack', true],
    ['resident_step', true],
    ['advance_clock', true],
  ]);
  expect(formatPlan(plan)).toMatch(/strategy resident: 132 parameters fit on chip; preset software/);
  expect(formatPlan(plan)).toMatch(/resident_step .* KiB of generated WGSL/);
});

test('one dispatch stands for the layered step', () => {
  for (const models of [1, 64]) {
    const resident = stepOf(shape({ models }), SOFTWARE).filter(({ standsFor }) => standsFor);
    const layered = compile(shape({ models }), SOFTWARE, { strategy: 'layered' }).segments.step;
    expect(resident).toHaveLength(1);
    expect(resident[0]!.standsFor!.map(({ op }) => op)).toEqual(layered.map(({ op }) => op));
  }
});

describe('dropout is drawn ahead of training', () => {
  const trainingOf = (one: NetworkShape) => {
    const plan = compile(one, SOFTWARE);
    const dispatches = plan.segments.step.filter(({ op }) => op === 'resident_step');
    return { plan, dispatches, kept: plan.buffers.kept! };
  };

  test.each([1, 2, 4])(
    'aside, where %d models leave cores idle: each dispatch draws what the next trains on',
    (models) => {
      const { plan, dispatches, kept } = trainingOf(shape({ models }));
      const { piece, ring } = dispatches[0]!.dims as { piece: number; ring: number };
      expect(dispatches.length).toBe(Math.ceil(plan.tableSteps / piece) + 1);
      expect(ring).toBe(2 * piece);
      expect(kept.shape.slice(0, 2)).toEqual([ring, models]);
      for (const [p, { dims, moreThan }] of dispatches.entries()) {
        expect([dims.trainers, dims.drawers! > 0]).toEqual([p === 0 ? 0 : 1, p < dispatches.length - 1]);
        expect(dims.draw_from).toBe(p * piece);
        if (p > 0) expect([dims.train_from, moreThan]).toEqual([(p - 1) * piece, (p - 1) * piece]);
      }
      expect(formatPlan(plan)).toMatch(new RegExp(`resident_step .*\\(in runs of more than ${piece} steps\\)`));
    },
  );

  test('by the trainers themselves, where there are enough of them', () => {
    const { plan, dispatches, kept } = trainingOf(shape({ models: 64 }));
    expect(dispatches).toHaveLength(1);
    const { dims } = dispatches[0]!;
    expect(dims).toMatchObject({ trainers: 1, drawers: 0, draw_from: 0, train_from: 0 });
    expect(dims.piece).toBe(plan.tableSteps);
    expect(kept.shape.slice(0, 2)).toEqual([plan.tableSteps, 64]);
  });

  test.each([1, 4, 5, 256, 4096])('in 16 MiB, or of one step alone (%d models)', (models) => {
    const { dispatches, kept } = trainingOf(shape({ models }));
    const bytes = 4 * kept.shape.reduce((product, n) => product * n, 1);
    const oneStep = 4 * kept.shape[1]! * kept.shape[2]!;
    expect(bytes).toBeLessThanOrEqual(Math.max(16 << 20, oneStep));
    expect(dispatches[0]!.dims.ring).toBeLessThanOrEqual(kept.shape[0]!);
  });
});

test('the CPU runs a resident plan as the steps that it stands for', async () => {
  const run: Run = {
    basin: 1,
    data: { name: 'moons', rows: 40 },
    layers: [{ units: 4, activation: 'relu', dropRate: 0.2 }, { units: 1 }],
    optimizer: { name: 'adam', learningRate: 0.01 },
    batch: { size: 16 },
  };
  const layered = await trainFleet(await createCpuBackend('f64'), [run], [10, 3]);
  const pinned = { traits: SOFTWARE, pin: { strategy: 'resident' } } as const;
  expect(await trainFleet(await createCpuBackend('f64'), [run], [10, 3], pinned)).toEqual(layered);
});
