// The source of the one kernel that is generated: many whole training steps of a small network in one dispatch.
//
// Its text depends on layer sizes, activations, loss, optimizer, rows, batch, kinds of dropout and the preset; never on the
// number of models or steps, a rate, a penalty or a seed. So a model's arithmetic does not depend on its neighbours.

import type { GeneratedKernel } from '../plan.ts';
import { generatorOf } from './dropout.ts';
import { activationFunctions } from './forward.ts';
import { gpuKernel } from './gpu.ts';
import type { Network } from './network.ts';
import { softwareKernel } from './software.ts';

export function residentKernel(network: Network): GeneratedKernel {
  const { preset } = network;
  const kernel =
    preset.name === 'software' ? softwareKernel(network, preset.subgroups) : gpuKernel(network, preset.threads);
  const sections = [header(network), kernel, activationFunctions(network)];
  return {
    source: `${sections
      .join('\n')
      .replaceAll(/^ +$/gm, '')
      .replaceAll(/\n{2,}/g, '\n\n')}\n`,
    uses: ['lib/hyper', 'lib/numeric', ...generatorOf(network)],
  };
}

/** Settings are the packed tables of shaders/resident_pack.wgsl: the clock first (step, first step of the tables, end). */
function header(network: Network): string {
  const { preset, shape } = network;
  const enable = preset.name === 'software' && preset.subgroups ? 'enable subgroups;\n\n' : '';
  const sizes = [shape.inputs, ...shape.layers.map((layer) => layer.units)].join('-');
  return `${enable}// ${sizes}: training steps clock.step up to clock.end, weights on chip, a workgroup a model.  Preset ${preset.name}.
// Each step: draw dropout, forward, loss, backward for every row; sum the gradients; record the loss; update.

struct Dims {
  models: u32, rows: u32, rate_stride: u32, health_stride: u32, mask_stride: u32,
  piece: u32, trainers: u32, train_from: u32, drawers: u32, draw_from: u32, ring: u32,
  hyper_at: u32, keys_at: u32, scales_at: u32, rates_at: u32, batch_rows_at: u32, order_at: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> train_x: array<f32, ${shape.rows.train * shape.inputs}>;
@group(0) @binding(2) var<storage, read> train_y: array<f32, ${shape.rows.train * shape.targets}>;
@group(0) @binding(3) var<storage, read> settings: array<u32>;
@group(0) @binding(4) var<storage, read_write> kept: array<u32>;
@group(0) @binding(5) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(6) var<storage, read_write> moments: array<f32>;
@group(0) @binding(7) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<storage, read_write> health: array<atomic<u32>>;

fn setting(at: u32) -> f32 { return bitcast<f32>(settings[at]); }

fn hyper_of(model: u32) -> Hyper {
  let at = dims.hyper_at + 8u * model;
  return Hyper(setting(at), setting(at + 1u), setting(at + 2u), setting(at + 3u),
               setting(at + 4u), setting(at + 5u), setting(at + 6u), 0.0);
}
`;
}
