// Cases of resident_pack. resident_step has a test of its own: its kernel is generated.
import { HYPER_SIZE } from '../../src/ops/hyper.ts';
import { RATE_SIZE } from '../../src/ops/optimizer.ts';
import { packedPlaces } from '../../src/ops/resident.ts';
import { drawing } from '../support/draw.ts';
import type { OpCase } from '../support/op-case.ts';

type Sizes = Parameters<typeof packedPlaces>[0];

function packCase(sizes: Sizes): OpCase {
  const { models, layers, steps, batch, rateTables } = sizes;
  const name = `resident_pack M=${models} L=${layers} steps=${steps} B=${batch} rate tables=${rateTables}`;
  const draw = drawing(name);
  const dims = packedPlaces(sizes);
  return {
    op: 'resident_pack',
    name,
    dims,
    constants: {},
    inputs: {
      clock: Uint32Array.of(40, 32, 48),
      hyper: draw.normals(models * HYPER_SIZE),
      drop_keys: draw.integers(4 * models * layers, 2 ** 32 - 1),
      drop_scale: draw.normals(models * layers),
      batch_rows: draw.integers(steps, 300),
      rates: draw.normals(rateTables * steps * RATE_SIZE),
      order: draw.integers(Math.max(1, steps * batch), 2 ** 32 - 1),
    },
    outputs: { settings: dims.end },
  };
}

export const residentCases: OpCase[] = [
  packCase({ models: 1, layers: 1, steps: 1, batch: 0, rateTables: 1 }),
  packCase({ models: 1, layers: 3, steps: 16, batch: 0, rateTables: 1 }),
  packCase({ models: 5, layers: 2, steps: 13, batch: 7, rateTables: 5 }),
  packCase({ models: 64, layers: 3, steps: 16, batch: 64, rateTables: 1 }),
];
