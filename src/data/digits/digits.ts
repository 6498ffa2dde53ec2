// The UCI digits: 1797 images of 8 × 8 pixels, ten classes. Source and licence: ATTRIBUTION.md.

import { streamKey } from '../../core/rng/streams.ts';
import { permutation } from '../../core/rng/threefry.ts';
import { DIGITS_EXAMPLES } from '../../spec/defaults.ts';
import type { Rows } from '../dataset.ts';
import { takeRows } from '../split.ts';

const PIXELS = 64;

/**
 * One line an image: its class as a … j, then the pixels in reading order: A … P are 1/16 … 16/16, a figure n is n zeros,
 * and zeros at the end are left out.
 */
function unpackImage(line: string, x: Float64Array): number {
  let pixel = 0;
  for (let i = 1; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (code < 64) pixel += code - 48;
    else x[pixel++] = (code - 64) / 16;
  }
  return line.charCodeAt(0) - 97;
}

function unpack(packed: string): Rows {
  const lines = packed.trim().split('\n');
  const x = new Float64Array(lines.length * PIXELS);
  const y = Float64Array.from(lines, (line, i) => unpackImage(line, x.subarray(i * PIXELS, (i + 1) * PIXELS)));
  return { count: lines.length, x, y };
}

/** `rows` training and `testRows` test images, drawn by `seed`; without test rows the first `rows` of the file. */
export async function digits(
  rows: number,
  testRows: number,
  seed: number,
): Promise<{ train: Rows; test: Rows | null }> {
  const { PACKED_DIGITS } = await import('./values.ts');
  const all = unpack(PACKED_DIGITS);
  if (testRows === 0)
    return {
      train: takeRows(
        all,
        PIXELS,
        Uint32Array.from({ length: rows }, (_, i) => i),
      ),
      test: null,
    };
  const order = permutation(streamKey(seed, 'data'), DIGITS_EXAMPLES);
  const test = order.slice(0, testRows).sort();
  const train = order.slice(testRows, testRows + rows).sort();
  return { train: takeRows(all, PIXELS, train), test: takeRows(all, PIXELS, test) };
}
