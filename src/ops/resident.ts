// The two ops of the resident strategy: packing all that a run of steps reads, and the run itself.

import { HYPER_SIZE } from './hyper.ts';
import { defineOp, read, readU32, readWrite, readWriteU32, write, writeU32 } from './op.ts';
import { RATE_SIZE } from './optimizer.ts';

/**
 * Where each table begins in the packed settings, in 32-bit words: the clock, the hyperparameters, dropout's keys and
 * scales, then the tables of steps. One buffer, since a kernel may count on eight only.
 */
export function packedPlaces(sizes: {
  models: number;
  layers: number;
  steps: number;
  batch: number;
  rateTables: number;
}) {
  const { models, layers, steps, batch, rateTables } = sizes;
  const hyper_at = 4;
  const keys_at = hyper_at + HYPER_SIZE * models;
  const scales_at = keys_at + 4 * models * layers;
  const batch_rows_at = scales_at + models * layers;
  const rates_at = batch_rows_at + steps;
  const order_at = rates_at + RATE_SIZE * rateTables * steps;
  return { hyper_at, keys_at, scales_at, batch_rows_at, rates_at, order_at, end: order_at + batch * steps };
}

const PARTS = ['hyper_at', 'keys_at', 'scales_at', 'batch_rows_at', 'rates_at', 'order_at', 'end'] as const;

/** settings = the clock, hyper, drop_keys, drop_scale, batch_rows, rates and order, one after another, bit for bit. */
export const residentPack = defineOp({
  name: 'resident_pack',
  file: 'resident_pack',
  dims: [...PARTS],
  bindings: {
    clock: readU32('3'),
    hyper: read('models', 'hyper'),
    drop_keys: readU32('models', 'layers', '4'),
    drop_scale: read('models', 'layers'),
    batch_rows: readU32('table_steps'),
    rates: read('rate_tables', 'table_steps', 'rate'),
    order: readU32('table_steps', 'batch'),
    settings: writeU32('end'),
  },
  constants: { WORKGROUP_SIZE: 64 },
  uses: [],
  grid: (d, c) => [Math.ceil(d.end / c.WORKGROUP_SIZE), 1, 1],
  tolerance: () => ({ rtol: 0, atol: 0 }),
  cpu(d, a) {
    const put = (values: ArrayLike<number>, from: number, to: number) => {
      for (let i = from; i < to; i++) a.settings[i] = bitsOf(values, i - from);
    };
    put(a.clock, 0, 3);
    a.settings[3] = 0;
    put(a.hyper, d.hyper_at, d.keys_at);
    put(a.drop_keys, d.keys_at, d.scales_at);
    put(a.drop_scale, d.scales_at, d.batch_rows_at);
    put(a.batch_rows, d.batch_rows_at, d.rates_at);
    put(a.rates, d.rates_at, d.order_at);
    put(a.order, d.order_at, d.end);
  },
});

const word = new DataView(new ArrayBuffer(4));

/** A u32 as it is; a real as the bits of its f32. */
function bitsOf(values: ArrayLike<number>, index: number): number {
  if (values instanceof Uint32Array) return values[index]!;
  word.setFloat32(0, values[index]!);
  return word.getUint32(0);
}

/**
 * Training steps from clock.step up to clock.end, all of them or a piece, and their losses. Its kernel is generated
 * (src/plan/resident/) and comes with the dispatch, as do the dispatches of one step that define it; clock.step is left to
 * an advance_clock that follows.
 */
export const residentStep = defineOp({
  name: 'resident_step',
  file: 'resident_step',
  generated: true,
  // Of each model, `trainers` workgroups train on `piece` steps from clock.step + train_from on. The dropout of as many from
  // clock.step + draw_from on goes into `kept`, which has room for `ring` steps: from `drawers` other workgroups, which others will
  // train on, or where there are none from the trainers, before they train. Given masks are `kept` as well.
  dims: [
    'models',
    'rows',
    'rate_stride',
    'health_stride',
    'mask_stride',
    'piece',
    'trainers',
    'train_from',
    'drawers',
    'draw_from',
    'ring',
    'hyper_at',
    'keys_at',
    'scales_at',
    'rates_at',
    'batch_rows_at',
    'order_at',
  ],
  bindings: {
    train_x: read('rows', 'inputs'),
    train_y: read('rows', 'targets'),
    settings: readU32('settings'),
    kept: readWriteU32('kept'),
    parameters: readWrite('models', 'params'),
    moments: readWrite('models', 'moments', 'params'),
    losses: write('table_steps', 'models'),
    health: readWriteU32('models', 'health_stride'),
  },
  constants: {},
  uses: [],
  // All that train come first, so that threads of one core run the same code.
  grid: (d) => [d.models, 1, d.trainers + d.drawers],
  // Of one step; whole runs are compared by their own tests.
  tolerance: () => ({ rtol: 1e-4, atol: 1e-5 }),
  cpu() {
    throw new Error('resident_step is defined by the dispatches it stands for: run those');
  },
});
