// The test page itself: there is a device, it computes, and values travel unharmed.
import { beforeAll, expect, test } from 'vitest';
import { expectClose } from '../support/close.ts';
import type { AdapterInfo } from './page/adapter.ts';
import { openPage, type TestPage } from './page-client.ts';

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

test('the browser has an adapter with a name', async () => {
  const info = await page.call<AdapterInfo>('adapter.adapterInfo');
  expect(`${info.vendor}${info.architecture}${info.description}`).not.toBe('');
});

// 2x + 1 of these is exact in f32.
test('a compute shader writes the numbers expected, to the last element', async () => {
  const x = Float32Array.from({ length: 131 }, (_, i) => i - 65.5);
  const y = await page.call<Float32Array>('adapter.affine', x);
  expectClose(
    y,
    Array.from(x, (value) => 2 * value + 1),
  );
});

test('typed arrays and special numbers survive the way there and back', async () => {
  const value = {
    f32: Float32Array.of(0.1, Number.NaN, Number.NEGATIVE_INFINITY, -0),
    f64: Float64Array.of(0.1, Number.MAX_VALUE, Number.POSITIVE_INFINITY),
    u32: Uint32Array.of(0, 0xffffffff),
    view: new Float64Array([1, 2, 3]).subarray(1, 2),
    large: new Float32Array(100_000).fill(1.5),
    numbers: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-300],
    nested: { nothing: null, absent: undefined, text: 'naïve', yes: true },
  };
  expect(await page.call('adapter.echo', value)).toStrictEqual(value);
});

test('an error on the page keeps its name, message and fields', async () => {
  await expect(page.call('adapter.fail')).rejects.toMatchObject({
    name: 'ExampleError',
    message: 'as asked',
    path: 'layers[1]',
  });
});

test('a page function that does not exist is an error that names it', async () => {
  await expect(page.call('adapter.absent')).rejects.toThrow('tests/gpu/page/adapter.ts exports no absent');
});
