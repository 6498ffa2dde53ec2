// Plans as data: pure, printable, within WebGPU's rules, and refused where a device is too small. No device.
import { describe, expect, test } from 'vitest';
import { LimitError } from '../../src/core/errors.ts';
import { ops } from '../../src/ops/table.ts';
import { compile } from '../../src/plan/compile.ts';
import { formatPlan } from '../../src/plan/format.ts';
import { checkLimits, elements } from '../../src/plan/memory.ts';
import type { Dispatch, LayerShape, NetworkShape, Plan } from '../../src/plan/plan.ts';

const layer = (units: number, activation: LayerShape['activation'] = 'relu', rest: Partial<LayerShape> = {}) => ({
  units,
  activation,
  dropout: 'none' as const,
  masks: 0,
  ...rest,
});

function shape(rest: Partial<NetworkShape> = {}): NetworkShape {
  return {
    models: 3,
    inputs: 2,
    targets: 1,
    layers: [layer(5), layer(1, 'linear')],
    loss: 'sigmoidCrossEntropy',
    optimizer: 'sgd',
    epsilonInside: false,
    clip: false,
    rows: { train: 300, validation: 0, test: 100 },
    batch: 300,
    gather: false,
    sharedRates: true,
    sharedMasks: true,
    ...rest,
  };
}

const SHAPES: Record<string, NetworkShape> = {
  'one layer': shape({ layers: [layer(1, 'linear')] }),
  'two layers': shape(),
  'gelu and dropout': shape({
    layers: [
      layer(20, 'gelu', { dropout: 'counters' }),
      layer(3, 'tanh', { dropout: 'given', masks: 2 }),
      layer(1, 'linear'),
    ],
  }),
  'mini-batches, adam, clipped': shape({ gather: true, batch: 64, optimizer: 'adam', clip: true, sharedRates: false }),
  'softmax over many': shape({ layers: [layer(7), layer(10, 'linear')], loss: 'softmaxCrossEntropy', models: 1 }),
};

const opNames = (dispatches: readonly Dispatch[]) => dispatches.map((dispatch) => dispatch.op);
const everyDispatch = (plan: Plan) => Object.values(plan.segments).flat();

test('the same shape gives the same plan', () => {
  for (const one of Object.values(SHAPES)) expect(compile(structuredClone(one))).toEqual(compile(one));
});

test('compile leaves its shape as it was', () => {
  const one = shape();
  const before = structuredClone(one);
  compile(one);
  expect(one).toEqual(before);
});

// Tensors of 10, 5, 5 and 1 elements, each moved up to a multiple of four: 0, 12, 20, 28, and 32 in all.
const EXPECTED_TEXT = `step  3 × 2-5-1 relu, sigmoidCrossEntropy, sgd, full batch of 300   9 dispatches, 199.7 KiB in all
strategy layered: one dispatch per fused op and layer, about 9 a step
  1 dense_forward      models=3 batch=300 fan_in=2 fan_out=5 x_offset=0 x_stride=0 gather=0 params=32 w_offset=0 b_offset=12 linear=0 layers=2 layer=0 masks=1 mask_offset=0 mask_stride=0 | ACTIVATION=1 DROPOUT=0 | x=train_x parameters drop_keys drop_scale clock drop_masks order y=h1
  2 dense_forward      models=3 batch=300 fan_in=5 fan_out=1 x_offset=0 x_stride=1500 gather=0 params=32 w_offset=20 b_offset=28 linear=0 layers=2 layer=1 masks=1 mask_offset=0 mask_stride=0 | ACTIVATION=0 DROPOUT=0 | x=h1 parameters drop_keys drop_scale clock drop_masks order y=logits
  3 loss_head          models=3 batch=300 units=1 targets=1 gather=0 health_stride=3 | LOSS=0 | logits y=train_y clock batch_rows order row_loss d_logits health
  4 objective          models=3 batch=300 params=32 tensors=4 health_stride=3 | row_loss parameters tensor_offsets hyper clock batch_rows losses health  (recorded steps only)
  5 dense_grad_w       models=3 batch=300 fan_in=5 fan_out=1 x_offset=0 x_stride=1500 gather=0 params=32 w_offset=20 b_offset=28 splits=1 | d_y=d_logits x=h1 parameters hyper clock order gradients
  6 dense_grad_x       models=3 batch=300 units_above=1 fan_out=5 params=32 w_offset=20 layers=2 layer=0 masks=1 mask_offset=0 mask_stride=0 | ACTIVATION=1 DROPOUT=0 | d_y=d_logits parameters saved=h1 drop_keys drop_scale clock drop_masks d_z=d_z1
  7 dense_grad_w       models=3 batch=300 fan_in=2 fan_out=5 x_offset=0 x_stride=0 gather=0 params=32 w_offset=0 b_offset=12 splits=1 | d_y=d_z1 x=train_x parameters hyper clock order gradients
  8 optimizer_step     models=3 params=32 moments=0 tensors=4 rate_stride=0 health_stride=3 | OPTIMIZER=0 EPSILON_INSIDE=0 | gradients hyper rates clock tensor_offsets parameters moments health
  9 advance_clock      steps=1 | clock
buffers
  train_x          real [300 × 2]
  train_y          real [300 × 1]
  hyper            real [3 × 8]
  drop_keys        u32  [3 × 2 × 4]
  drop_scale       real [3 × 2]
  drop_masks       u32  [4]
  tensor_offsets   u32  [5]
  clock            u32  [3]
  batch_rows       u32  [256]
  rates            real [1 × 256 × 4]
  losses           real [256 × 3]
  parameters       real [3 × 32]
  health           u32  [3 × 3]
  h1               real [3 × 300 × 5]
  d_z1             real [3 × 300 × 5]
  logits           real [3 × 300 × 1]
  d_logits         real [3 × 300 × 1]
  row_loss         real [3 × 300]
  gradients        real [3 × 32]`;

test('the plan of a small network, as text', () => {
  expect(formatPlan(compile(shape()))).toBe(EXPECTED_TEXT);
});

describe.each(Object.entries(SHAPES))('%s', (_, one) => {
  const plan = compile(one);

  test('every dispatch gives its op all dims and buffers, and names buffers of the plan', () => {
    for (const { op, dims, buffers, constants } of everyDispatch(plan)) {
      expect(Object.keys(dims)).toEqual([...ops[op].dims]);
      expect(Object.keys(buffers)).toEqual(Object.keys(ops[op].bindings));
      for (const buffer of Object.values(buffers)) expect(plan.buffers).toHaveProperty(buffer);
      for (const constant of Object.keys(constants)) expect(ops[op].constants).toHaveProperty(constant);
    }
  });

  test('bindings and buffers agree on what their elements are', () => {
    for (const { op, buffers } of everyDispatch(plan)) {
      for (const [binding, { element }] of Object.entries(ops[op].bindings)) {
        expect(plan.buffers[buffers[binding]!]!.element, `${op}.${binding}`).toBe(element);
      }
    }
  });

  // WebGPU refuses it even for disjoint ranges.
  test('no dispatch reads a buffer that it writes', () => {
    for (const { op, buffers } of everyDispatch(plan)) {
      const { bindings } = ops[op];
      const written = Object.keys(bindings).filter((binding) => bindings[binding]!.access !== 'read');
      for (const binding of written) {
        const users = Object.values(buffers).filter((buffer) => buffer === buffers[binding]);
        expect(users, `${op}.${binding}`).toHaveLength(1);
      }
    }
  });

  test('nothing is read in a step before it is written there, but what is kept or written by the host', () => {
    const kept = ['train_x', 'train_y', 'parameters', 'moments', 'clock', 'order', 'batch_rows', 'rates', 'hyper'];
    const ready = new Set([...kept, 'drop_keys', 'drop_scale', 'drop_masks', 'tensor_offsets', 'health', 'losses']);
    for (const { op, buffers } of plan.segments.step) {
      const { bindings } = ops[op];
      for (const [binding, buffer] of Object.entries(buffers)) {
        if (bindings[binding]!.access !== 'write') expect(ready, `${op}.${binding}`).toContain(buffer);
      }
      for (const [binding, buffer] of Object.entries(buffers)) {
        if (bindings[binding]!.access !== 'read') ready.add(buffer);
      }
    }
  });

  test('tensors begin at multiples of four elements and do not overlap', () => {
    let end = 0;
    for (const { fanIn, fanOut, wOffset, bOffset } of plan.places) {
      expect([wOffset % 4, bOffset % 4]).toEqual([0, 0]);
      expect(wOffset).toBeGreaterThanOrEqual(end);
      expect(bOffset).toBeGreaterThanOrEqual(wOffset + fanIn * fanOut);
      end = bOffset + fanOut;
    }
    expect(plan.params).toBeGreaterThanOrEqual(end);
    expect(plan.params % 4).toBe(0);
  });

  test('evaluation scores every row once', () => {
    const scored = plan.segments.evaluateTrain.filter((dispatch) => dispatch.op === 'score_rows');
    expect(scored.reduce((sum, { dims }) => sum + dims.rows!, 0)).toBe(300);
    const [first] = plan.segments.evaluateTrain;
    expect(first!.dims.x_offset).toBe(0);
    expect(plan.segments.evaluateValidation).toEqual([]);
  });
});

describe('what a step is made of', () => {
  test('the first layer and the loss take a mini-batch’s rows from the order table, and a full batch’s as they lie', () => {
    const gathering = (settings: Partial<NetworkShape>) => {
      const { step } = compile(shape(settings)).segments;
      return step.flatMap(({ op, dims, buffers }) => (dims.gather ? [`${op} ${buffers.x ?? buffers.y}`] : []));
    };
    expect(gathering({})).toEqual([]);
    expect(gathering({ gather: true, batch: 64 })).toEqual([
      'dense_forward train_x',
      'loss_head train_y',
      'dense_grad_w train_x',
    ]);
  });

  test('forward, loss, backward, update, clock', () => {
    expect(opNames(compile(shape({ clip: true })).segments.step)).toEqual([
      'dense_forward',
      'dense_forward',
      'loss_head',
      'objective',
      'dense_grad_w',
      'dense_grad_x',
      'dense_grad_w',
      'clip_gradient',
      'optimizer_step',
      'advance_clock',
    ]);
  });

  test('gelu keeps its z beside its output, and its gradient reads that z', () => {
    const { segments, buffers } = compile(shape({ layers: [layer(5, 'gelu'), layer(1, 'linear')] }));
    expect(opNames(segments.step).slice(0, 3)).toEqual(['dense_forward', 'activation_forward', 'dense_forward']);
    expect(segments.step[0]!.buffers.y).toBe('z1');
    expect(segments.step[1]!.buffers).toMatchObject({ z: 'z1', y: 'h1' });
    expect(segments.step.find(({ op }) => op === 'dense_grad_x')!.buffers.saved).toBe('z1');
    expect(buffers).toHaveProperty('z1');
    expect(compile(shape()).buffers).not.toHaveProperty('z1');
  });

  test('prediction and evaluation have no dropout', () => {
    const { segments } = compile(SHAPES['gelu and dropout']!);
    const inference = [...segments.predict, ...segments.evaluateTrain, ...segments.evaluateTest, ...segments.grid];
    for (const { constants } of inference) expect(constants.DROPOUT ?? 0).toBe(0);
  });

  test('the loss alone and the gradients alone leave parameters and clock as they are', () => {
    const { segments } = compile(SHAPES['mini-batches, adam, clipped']!);
    for (const dispatch of [...segments.loss, ...segments.gradients]) {
      const { bindings } = ops[dispatch.op];
      const written = Object.keys(bindings).filter((binding) => bindings[binding]!.access !== 'read');
      const changed = written.map((binding) => dispatch.buffers[binding]);
      expect(changed).not.toContain('parameters');
      expect(changed).not.toContain('moments');
      expect(changed).not.toContain('clock');
    }
  });

  test('the loss is only made on steps that are recorded', () => {
    const { segments } = compile(shape());
    expect(segments.step.filter(({ onlyRecorded }) => onlyRecorded).map(({ op }) => op)).toEqual(['objective']);
    expect(segments.loss.filter(({ onlyRecorded }) => onlyRecorded)).toEqual([]);
  });
});

// 1024 models of 20 units leave room for 192 rows in a pass.
test('rows that need several passes are taken one pass after another', () => {
  const many = shape({
    models: 1024,
    layers: [layer(20), layer(1, 'linear')],
    rows: { train: 300, validation: 0, test: 0 },
  });
  const { evaluateTrain } = compile(many).segments;
  const firsts = evaluateTrain.filter(({ buffers }) => buffers.x === 'train_x');
  const scored = evaluateTrain.filter(({ op }) => op === 'score_rows');
  expect(firsts.map(({ dims }) => [dims.batch, dims.x_offset])).toEqual([
    [192, 0],
    [108, 384],
  ]);
  expect(scored.map(({ dims }) => [dims.rows, dims.y_offset, dims.block_offset, dims.blocks])).toEqual([
    [192, 0, 0, 5],
    [108, 192, 3, 5],
  ]);
});

describe('limits', () => {
  const plan = compile(shape());
  const largest = Math.max(...Object.values(plan.buffers).map((buffer) => 4 * elements(buffer)));
  const enough = { bufferBytes: largest, workgroupsPerDimension: 65535 };

  test('a plan that just fits is taken', () => {
    expect(() => checkLimits(plan, enough)).not.toThrow();
  });

  test('a buffer that is one byte too large is refused with need and limit', () => {
    const limits = { ...enough, bufferBytes: largest - 1 };
    expect(() => checkLimits(plan, limits)).toThrow(LimitError);
    expect(() => checkLimits(plan, limits)).toThrow(
      expect.objectContaining({ limit: 'maxStorageBufferBindingSize', need: largest, have: largest - 1 }),
    );
  });

  test('more models than workgroups in one dimension are refused', () => {
    expect(() => checkLimits(plan, { ...enough, workgroupsPerDimension: 5 })).toThrow(
      expect.objectContaining({ limit: 'maxComputeWorkgroupsPerDimension', have: 5 }),
    );
  });
});
