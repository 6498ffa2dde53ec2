// The lab's 3-D picture of a ground: what a person would see in it, by its pixels.
import { beforeAll, expect, test } from 'vitest';
import type { Ground } from '../../demo/training/protocol.ts';
import { openPage, type TestPage } from './page-client.ts';

const [WIDTH, HEIGHT] = [320, 240];
const SIZE = 33;
const AXIS = Float64Array.from({ length: SIZE }, (_, i) => (2 * i) / (SIZE - 1) - 1);

/** A loss at each place, and one straight path from left to right through the middle. */
function groundOf(loss: (x: number, y: number) => number): Ground {
  const losses = Float64Array.from({ length: SIZE * SIZE }, (_, cell) =>
    loss(AXIS[cell % SIZE]!, AXIS[Math.floor(cell / SIZE)]!),
  );
  const path = [-0.8, 0.8].map((x, step) => ({ step, x, y: 0, loss: loss(x, 0), distance: 0 }));
  return { x: AXIS, y: AXIS, losses, centre: loss(0, 0), paths: [path], captured: 1 };
}

const bowl = groundOf((x, y) => 1 + x * x + y * y);
/** A wall across the path, higher than everything beside it. */
const ridge = groundOf((_, y) => (y < -0.3 && y > -0.6 ? 5 : 1 + 0.1 * (y + 1)));

type Kind = 'ground' | 'path' | 'wall' | 'paper';

function kindAt(pixels: Uint8Array, at: number): Kind | null {
  const [red, green, blue] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
  if (red > 240 && green > 240 && blue > 240) return 'paper';
  if (red > 120 && red > 2 * green && red > 2 * blue) return 'path';
  if (blue > 60 && blue > 1.15 * green) return 'wall';
  return green > 1.3 * red && green > 1.3 * blue ? 'ground' : null;
}

function count(pixels: Uint8Array, kind: Kind): number {
  let found = 0;
  for (let at = 0; at < pixels.length; at += 4) if (kindAt(pixels, at) === kind) found++;
  return found;
}

/** Mean place of a kind, in parts of the picture. */
function middleOf(pixels: Uint8Array, kind: Kind): [number, number] {
  const places: [number, number][] = [];
  for (let at = 0; at < pixels.length; at += 4) {
    if (kindAt(pixels, at) === kind) places.push([(at / 4) % WIDTH, Math.floor(at / 4 / WIDTH)]);
  }
  const mean = (axis: 0 | 1) => places.reduce((sum, place) => sum + place[axis], 0) / places.length;
  return [mean(0) / WIDTH, mean(1) / HEIGHT];
}

let page: TestPage;
beforeAll(async () => {
  page = await openPage();
});

const draw = (ground: Ground, ...turns: object[]) => page.call<Uint8Array[]>('picture.pictures', ground, turns);

test('the ground, its walls, the path and the paper around are all there', async () => {
  const [pixels] = await draw(bowl, {});
  expect(pixels!.length).toBe(4 * WIDTH * HEIGHT);
  for (const [kind, least] of [
    ['ground', 8000],
    ['wall', 800],
    ['path', 100],
    ['paper', 8000],
  ] as const) {
    expect(count(pixels!, kind), kind).toBeGreaterThan(least);
  }
});

test('another orbit is another picture, the same orbit the same one', async () => {
  const [first, turned, again, nearer] = await draw(bowl, {}, { azimuth: 1 }, {}, { distance: 3 });
  expect(again).toEqual(first);
  expect(turned).not.toEqual(first);
  expect(count(nearer!, 'ground')).toBeGreaterThan(1.5 * count(first!, 'ground'));
});

// From straight ahead and above, the path along y = 0 is level and in the middle; from the side it runs to the back.
test('the path lies where its numbers say', async () => {
  const [front] = await draw(bowl, { azimuth: 0, elevation: 1.5 });
  const [x, y] = middleOf(front!, 'path');
  expect(Math.abs(x - 0.5)).toBeLessThan(0.03);
  expect(Math.abs(y - 0.5)).toBeLessThan(0.06);
});

test('a ridge in front of the path hides it, but for dots', async () => {
  const [behind, above] = await draw(ridge, { azimuth: 0, elevation: 0.25 }, { azimuth: 0, elevation: 1.5 });
  expect(count(above!, 'path')).toBeGreaterThan(300);
  expect(count(behind!, 'path')).toBeLessThan(0.4 * count(above!, 'path'));
  expect(count(behind!, 'path')).toBeGreaterThan(10);
});

test('higher ground is lighter', async () => {
  const slope = groundOf((x) => 2 + x);
  const [pixels] = await draw({ ...slope, paths: [[]] }, { azimuth: 0, elevation: 1.5 });
  const brightness = (column: number) => {
    let [sum, cells] = [0, 0];
    for (let row = 0; row < HEIGHT; row++) {
      const at = 4 * (row * WIDTH + column);
      if (kindAt(pixels!, at) !== 'ground') continue;
      sum += pixels![at + 1]!;
      cells += 1;
    }
    return sum / cells;
  };
  expect(brightness(0.65 * WIDTH)).toBeGreaterThan(1.2 * brightness(0.35 * WIDTH));
});
