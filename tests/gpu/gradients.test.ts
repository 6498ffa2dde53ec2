// Gradients of whole networks on the GPU against those of the CPU in f64, by the measure of the gradient check.
import { beforeAll, expect, test } from 'vitest';
import { foldIn, key, normal } from '../../src/core/rng/threefry.ts';
import { presets } from '../../src/spec/presets.ts';
import type { Run } from '../../src/spec/types.ts';
import { relativeDifference } from '../../src/train/gradient-check.ts';
import { createSession } from '../../src/train/session.ts';
import { NETWORK_KINDS, nameOf, randomNetwork } from '../support/random-networks.ts';
import { openPage, type TestPage } from './page-client.ts';

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

/** Biases move off 0 so that no unit of a dead layer stands on its kink. */
async function startOf(run: Run) {
  const session = await createSession(run, { backend: 'cpu', precision: 'f64' });
  const draws = normal(foldIn(key(7), 0), 1000);
  const weights = (await session.weights()).map(({ w, b, shape }) => ({
    w,
    b: b.map((_, o) => 0.1 * draws[o]!),
    shape,
  }));
  session.dispose();
  return weights;
}

async function expectEqualGradients(run: Run): Promise<void> {
  const weights = await startOf(run);
  const reference = await createSession(run, { backend: 'cpu', precision: 'f64', weights });
  const expected = (await reference.gradients()).map(({ w, b }) => Float64Array.from([...w, ...b]));
  const got = await page.call<Float32Array[]>('gradients.gradients', run, weights);
  const differences = expected.map((layer, l) => relativeDifference(got[l]!, layer));
  expect(expected.every((layer) => layer.some((value) => value !== 0))).toBe(true);
  expect(Math.max(...differences)).toBeLessThan(1e-5);
}

test.each(NETWORK_KINDS.map((kind, i) => [nameOf(kind), kind, i] as const))('%s', (_, kind, i) =>
  expectEqualGradients(randomNetwork(kind, i)),
);

test.each(['initialization/he', 'regularization/dropout', 'optimization/adam', 'digits/adam'])('%s', (id) =>
  expectEqualGradients(presets[id]!),
);
