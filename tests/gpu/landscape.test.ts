// The landscape of trained networks on the GPU against that of the CPU in f64, from the same weights.
import { beforeAll, expect, test } from 'vitest';
import { presets } from '../../src/spec/presets.ts';
import type { Run } from '../../src/spec/types.ts';
import { type Landscape, lossLandscape } from '../../src/train/landscape.ts';
import { createSession } from '../../src/train/session.ts';
import { openPage, type TestPage } from './page-client.ts';

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

/** A network that has been trained a little in f32, so that both sides start from the same numbers. */
async function trained(run: Run, steps: number) {
  const session = await createSession(run, { backend: 'cpu' });
  const path = [await session.weights()];
  for (const _ of [1, 2, 3]) {
    await session.step(steps);
    path.push(await session.weights());
  }
  return { path, weights: path[3]! };
}

/**
 * Rounding of f32: a weight is off by 2⁻²⁴ of itself, and each layer's sums by a few of those, so the loss by about 1e-6 of
 * itself for these shallow networks; 1e-5 leaves room for logits that cancel.
 */
function expectClose(got: Landscape, expected: Landscape): void {
  const off = (a: number, b: number) => Math.abs(a - b) / Math.max(1, b);
  const worst = Math.max(...got.losses.map((loss, cell) => off(loss, expected.losses[cell]!)));
  console.log(`most of the tolerance used: ${((100 * worst) / 1e-5).toFixed(1)} %`);
  expect(worst).toBeLessThan(1e-5);
  expect(off(got.centre, expected.centre)).toBeLessThan(1e-5);
  got.path.forEach((point, i) => {
    expect(off(point.loss, expected.path[i]!.loss)).toBeLessThan(1e-5);
  });
}

const kinds: readonly (readonly [string, Partial<Run>])[] = [
  ['initialization/he', {}],
  ['regularization/l2', {}],
  ['optimization/adam', { layers: [{ units: 5, activation: 'gelu' }, { units: 2, activation: 'tanh' }, { units: 1 }] }],
];

test.each(kinds)('%s: around the end and along the path', async (id, change) => {
  const run: Run = { ...presets[id]!, ...change };
  const { path, weights } = await trained(run, 100);
  const reference = await createSession(run, { backend: 'cpu', precision: 'f64', weights });
  for (const directions of ['random', 'path'] as const) {
    const options = { cells: 9, seed: 2, path, directions };
    const expected = await lossLandscape(reference, options);
    expect(Math.max(...expected.losses)).toBeGreaterThan(1.1 * expected.centre);
    expectClose(await page.call<Landscape>('landscape.landscape', run, weights, options), expected);
  }
});

test('4,097 models at once have the bits that they have in parts', async () => {
  const run = presets['initialization/he']!;
  const { weights } = await trained(run, 100);
  const at = (memoryBytes?: number) =>
    page.call<Landscape>('landscape.landscape', run, weights, { cells: 64, ...(memoryBytes && { memoryBytes }) });
  const [whole, parts] = [await at(), await at(16 << 20)];
  expect(whole.losses.length).toBe(4096);
  expect(parts).toEqual(whole);
});
