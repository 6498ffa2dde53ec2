// Every op on the device against its row's CPU function in f64, within the row's tolerance. Each op prints its headroom.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { threefry2x32 } from '../../src/core/rng/threefry.ts';
import { type OpName, ops } from '../../src/ops/table.ts';
import { casesOf } from '../cases/all.ts';
import { expectClose } from '../support/close.ts';
import { drawing } from '../support/draw.ts';
import { expectedOf, type OpCase, rowOf } from '../support/op-case.ts';
import type { OpResult } from './page/ops.ts';
import { openPage, type TestPage } from './page-client.ts';

const POISON = 0xffadf00d;

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

const isFinite32 = (word: number) => (word & 0x7f800000) !== 0x7f800000;

/** Compares one binding; gives the fraction of the tolerance used. Null expects the poison to be still there. */
function compare(opCase: OpCase, binding: string, words: Uint32Array, expected: readonly (number | null)[]): number {
  const row = rowOf(opCase);
  const place = (i: number) => `${binding}[${i}]`;
  expect(words.length).toBe(expected.length);
  const written = expected.flatMap((value, i) => (value === null ? [] : [i]));
  const touched = expected.flatMap((value, i) => (value === null && words[i] !== POISON ? [place(i)] : []));
  expect(touched, 'elements that this op must leave alone').toEqual([]);
  if (row.bindings[binding]!.element === 'u32') {
    expect(Array.from(words)).toEqual(Array.from(expected, (value) => value ?? POISON));
    return 0;
  }
  const reals = new Float32Array(words.buffer, words.byteOffset, words.length);
  const finite = written.filter((i) => Number.isFinite(expected[i]!));
  const lost = written.filter((i) => !Number.isFinite(expected[i]!));
  expect(lost.filter((i) => isFinite32(words[i]!)).map(place), 'elements that are finite but should not be').toEqual(
    [],
  );
  return expectClose(
    finite.map((i) => reals[i]!),
    finite.map((i) => expected[i]!),
    row.tolerance(opCase.dims),
  );
}

const written = (Object.keys(ops) as OpName[]).filter((op) => !ops[op].generated);

describe.each(written)('%s', (op) => {
  const cases = casesOf(op);
  let results: OpResult[];
  let worst = { used: -1, name: '' };
  beforeAll(async () => {
    results = await page.call<OpResult[]>('ops.run', cases);
  });
  afterAll(() => {
    const percent = (100 * worst.used).toFixed(0).padStart(3);
    console.log(
      `${op.padEnd(20)} ${String(cases.length).padStart(3)} cases, ${percent} % of the tolerance: ${worst.name}`,
    );
  });

  test.each(cases.map((opCase, index) => [opCase.name, index] as const))('%s', (_, index) => {
    const opCase = cases[index]!;
    const result = results[index]!;
    if ('error' in result) throw new Error(result.error);
    expect(result.guardHurt, 'buffers written behind their end').toEqual([]);
    for (const [binding, values] of Object.entries(expectedOf(opCase))) {
      const used = compare(opCase, binding, result.outputs[binding]!, values);
      if (used > worst.used) worst = { used, name: opCase.name };
    }
  });
});

describe('lib/rng', () => {
  // DEShawResearch/random123, tests/kat_vectors, lines "threefry2x32 20": key and counter → words.
  test("threefry on the device gives Random123's vectors", async () => {
    const asked = Uint32Array.of(
      ...[0, 0, 0, 0],
      ...[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      ...[0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3],
    );
    const words = await page.call<Uint32Array>('ops.threefry', asked);
    const expected = [0x6b200159, 0x99ba4efe, 0x1cb996fc, 0xbb002be7, 0xc4923a9c, 0x483df7a0];
    expect(Array.from(words)).toEqual(expected);
  });

  test('threefry on the device gives the words of core/rng for 1000 keys and counters', async () => {
    const asked = drawing('threefry on the device').words(4000);
    const words = await page.call<Uint32Array>('ops.threefry', asked);
    const expected = Array.from({ length: 1000 }, (_, i) => {
      const [k0, k1, c0, c1] = asked.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
      return [...threefry2x32([k0, k1], c0, c1)];
    });
    expect(Array.from(words)).toEqual(expected.flat());
  });
});
