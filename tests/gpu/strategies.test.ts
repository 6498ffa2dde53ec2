// Every strategy gives the same run: resident in each preset, layered with each form of its products, and the CPU in f32, over
// 1,000 steps. The reference is the CPU in f64. Float32 cannot keep to it: how far it may stray is taken from what rounding
// alone does, see `spread`.
import { beforeAll, describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backend/cpu.ts';
import type { Run } from '../../src/spec/types.ts';
import { expectClose } from '../support/close.ts';
import { type Trained, trainFleet, type Variant } from '../support/fleet.ts';
import { DIGITS, GPU, LAYERED, SOFTWARE, W1, W2, W3, WITHOUT_SUBGROUPS } from '../support/workloads.ts';
import { openPage, type TestPage } from './page-client.ts';

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

const STEPS = 1000;

/** How far a run is from the reference: the largest difference of a loss, and the length of the weights' difference. */
interface Distance {
  readonly losses: number;
  readonly weights: number;
}

function distance(run: Trained, reference: Trained): Distance {
  const apart = (a: Float64Array, b: Float64Array) => a.map((value, i) => Math.abs(value - b[i]!));
  return {
    losses: Math.max(...apart(run.losses, reference.losses)),
    weights: Math.hypot(...apart(run.parameters, reference.parameters)),
  };
}

/** Start weights that differ from the given ones by one rounding each, up or down. */
const nudged = (weights: Float64Array, draw: number): Float64Array =>
  weights.map((w, i) => w * (1 + ((i * 7 + draw * 3) % 5 < 2 ? 1 : -1) * 2 ** -24));

interface Reference {
  readonly exact: Trained;
  /** The farthest that the CPU's f32 comes from `exact`, from the same start and from seven that are a rounding away. */
  readonly spread: Distance;
}

async function referenceOf(run: Run): Promise<Reference> {
  const exact = await trainFleet(await createCpuBackend('f64'), [run], [STEPS]);
  const { parameters: start } = await trainFleet(await createCpuBackend('f64'), [run], []);
  const cpu = await createCpuBackend('f32');
  const runs: Distance[] = [];
  for (let draw = 0; draw < 8; draw++) {
    const from = draw === 0 ? start : nudged(start, draw);
    runs.push(distance(await trainFleet(cpu, [run], [STEPS], undefined, from), exact));
  }
  const farthest = (what: keyof Distance) => Math.max(...runs.map((each) => each[what]));
  return { exact, spread: { losses: farthest('losses'), weights: farthest('weights') } };
}

/** Another order of summation is another draw from that spread, and the largest of eight draws is not the largest of all. */
const DRAWS = 4;

/**
 * What the mean over a batch may lose where it is summed in f32, as a part of itself: λ √n 2⁻²⁴ with λ = 4. The CPU sums wider.
 * Higham & Mary 2019, SIAM J. Sci. Comput. 41(5), theorem 2.4.
 */
const summed = ({ batch, data }: Run): number =>
  4 * Math.sqrt(typeof batch?.size === 'number' ? batch.size : (data as { rows: number }).rows) * 2 ** -24;

const RESIDENT = {
  'resident, software': SOFTWARE,
  'resident, software without subgroups': WITHOUT_SUBGROUPS,
  'resident, gpu': GPU,
};
const ALL: Record<string, Variant> = { ...RESIDENT, ...LAYERED };

// The resident kernel of the digits has 2,410 parameters in straight-line code, which SwiftShader compiles for half a minute.
describe.each([
  ['W1', W1, ALL],
  ['W2', W2, ALL],
  ['W3, small', W3, ALL],
  ['W3, digits', DIGITS, LAYERED],
] as [string, Run, Record<string, Variant>][])('%s', (_, run, variants) => {
  let reference: Reference;
  beforeAll(async () => {
    reference = await referenceOf(run);
  });

  // To first order: the weights are rounded once a step, and nothing makes a rounding grow.
  test('the CPU in f32 strays from f64 by less than a rounding of the weights a step', () => {
    const { exact, spread } = reference;
    const bound = STEPS * 2 ** -24 * Math.hypot(...exact.parameters);
    console.log(`CPU: ${Math.round((100 * spread.weights) / bound)} % of it`);
    expect(spread.weights).toBeGreaterThan(0);
    expect(spread.weights).toBeLessThan(bound);
  });

  test.each(Object.entries(variants))('%s gives the run of the CPU', { timeout: 120_000 }, async (name, variant) => {
    const trained = await page.call<Trained>('resident.train', [run], [STEPS], variant);
    const { exact, spread } = reference;
    const used = {
      losses: expectClose(trained.losses, exact.losses, { atol: DRAWS * spread.losses, rtol: summed(run) }),
      weights: distance(trained, exact).weights / (DRAWS * spread.weights),
    };
    const percent = (part: number) => `${Math.round(100 * part)} %`;
    console.log(
      `${name}: ${percent(used.losses)} of the tolerance of the losses, ${percent(used.weights)} of the weights'`,
    );
    expect(used.weights).toBeLessThanOrEqual(1);
  });
});
