// The landscape's page: heights, paths on them, the camera and the words, by hand.
import { expect, test } from 'vitest';
import { clipFromWorld, FIRST_ORBIT, seenAt, turned, worldOf, zoomed } from '../../demo/landscape/camera.ts';
import { networksOf } from '../../demo/landscape/choices.ts';
import { landscapeJob, landscapeRuns } from '../../demo/landscape/job.ts';
import { draped, flatShare, heightAt, heightsOf, placeOf, scaleOf } from '../../demo/landscape/relief.ts';
import { explained, judgedValley, type Seen } from '../../demo/landscape/words.ts';
import { differsInLook, landscapePlace } from '../../demo/link.ts';
import type { Foot, Ground } from '../../demo/training/protocol.ts';
import { createSweep, presets, validate } from '../../src/index.ts';

const AXIS = Float64Array.of(-1, 0, 1);
const foot = (x: number, y: number, loss = 1): Foot => ({ step: 0, x, y, loss, distance: 0 });

const ground = (losses: number[], change: Partial<Ground> = {}): Ground => ({
  x: AXIS,
  y: AXIS,
  losses: Float64Array.from(losses),
  centre: losses[4]!,
  paths: [[foot(-1, -1, 2), foot(0, 0, losses[4]!)]],
  captured: 0.1,
  ...change,
});

const BOWL = [3, 2, 3, 2, 1, 2, 3, 2, 3];

test('losses close together have heights in proportion', () => {
  const scale = scaleOf([ground(BOWL)]);
  expect(scale.isLog).toBe(false);
  expect([1, 1.5, 3].map(scale.heightOf)).toEqual([0, 0.25, 1]);
  expect(scale.ticks.map(({ loss }) => loss)).toEqual([1, 1.5, 2, 2.5, 3]);
});

test('losses over decades have heights by their logarithm', () => {
  const scale = scaleOf([ground(BOWL.map((loss) => 10 ** loss))]);
  expect(scale.isLog).toBe(true);
  expect([10, 100, 1000].map((loss) => Number(scale.heightOf(loss).toFixed(12)))).toEqual([0, 0.5, 1]);
  expect(scale.ticks.map(({ loss }) => loss)).toEqual([10, 100, 1000]);
});

test('what is no number stands at the ceiling and does not move it', () => {
  const scale = scaleOf([ground([3, Number.POSITIVE_INFINITY, Number.NaN, 2, 1, 2, 3, 2, 3])]);
  expect(scale.high).toBe(3);
  expect([...heightsOf(ground([3, Infinity, Number.NaN, 2, 1, 2, 3, 2, 3]), scale).slice(0, 4)]).toEqual([
    1, 1, 1, 0.5,
  ]);
});

test('two grounds share one scale', () => {
  const scale = scaleOf([ground(BOWL), ground(BOWL.map((loss) => loss + 1))]);
  expect([scale.low, scale.high]).toEqual([1, 4]);
});

test('a ground of one height has a scale', () => {
  const scale = scaleOf([ground(Array(9).fill(0.7))]);
  expect(scale.heightOf(0.7)).toBe(0);
  expect(scale.ticks.every(({ height }) => height >= 0 && height <= 1)).toBe(true);
});

test('heights between cells are in proportion', () => {
  const heights = Float32Array.of(0, 1, 0, 0.5, 0.5, 0.5, 1, 1, 1);
  expect(heightAt(heights, 3, 0.5, 0)).toBe(1);
  expect(heightAt(heights, 3, 0.25, 0)).toBe(0.5);
  expect(heightAt(heights, 3, 0.25, 0.25)).toBe(0.5);
  expect(heightAt(heights, 3, 1, 1)).toBe(1);
});

test('a path lies on the ground between its stops, and only inside the picture', () => {
  const scale = scaleOf([ground(BOWL)]);
  const path = [foot(-1, 0), foot(1, 0), foot(5, 0)];
  const points = draped(path, ground(BOWL), heightsOf(ground(BOWL), scale));
  expect(points[0]).toEqual([0, 0.5, 0.5]);
  expect(points.find(([s]) => s === 0.5)).toEqual([0.5, 0.5, 0]);
  expect(points.every(([s]) => s >= 0 && s <= 1)).toBe(true);
  expect(points.some(([s]) => s === 1)).toBe(true);
  expect(placeOf(foot(5, 0), ground(BOWL))).toEqual([3, 0.5]);
});

test('the share of a valley counts cells', () => {
  expect(flatShare(ground(BOWL), 1)).toBeCloseTo(5 / 9);
  expect(flatShare(ground(BOWL), 0.5)).toBeCloseTo(1 / 9);
});

test('the middle of the ground is seen in the middle, whatever way it is turned', () => {
  for (const orbit of [FIRST_ORBIT, turned(FIRST_ORBIT, 2, -0.3), zoomed(FIRST_ORBIT, 0.5)]) {
    const matrix = clipFromWorld(orbit, 4 / 3);
    const [x, y] = seenAt(matrix, [0, 0.2, 0]);
    expect([x, y].map((each) => Number(each.toFixed(5)))).toEqual([0.5, 0.5]);
    const corners = [worldOf(0, 0, 0), worldOf(1, 0, 1), worldOf(1, 1, 1), worldOf(0, 1, 0)].map((at) =>
      seenAt(matrix, at),
    );
    expect(new Set(corners.map(([cx, cy]) => `${cx} ${cy}`)).size).toBe(4);
  }
  // From straight behind the front edge, a higher point is further up, and +x is to the right.
  const matrix = clipFromWorld({ ...FIRST_ORBIT, azimuth: 0 }, 1);
  expect(seenAt(matrix, worldOf(0.5, 0.5, 1))[1]).toBeLessThan(seenAt(matrix, worldOf(0.5, 0.5, 0))[1]);
  expect(seenAt(matrix, worldOf(1, 0.5, 0))[0]).toBeGreaterThan(0.5);
});

test('the eye stays above the ground and outside of it', () => {
  expect(turned(FIRST_ORBIT, 0, -9).elevation).toBeGreaterThan(0);
  expect(turned(FIRST_ORBIT, 0, 9).elevation).toBeLessThan(Math.PI / 2);
  expect(zoomed(FIRST_ORBIT, 0).distance).toBeGreaterThan(Math.hypot(1, 1, 0.85));
});

const scores = (accuracy: number) => ({ train: { loss: 1, accuracy }, validation: null, test: { loss: 1, accuracy } });
const narrow: Seen = { label: 'N', scores: scores(0.9), around: ground(BOWL), along: ground(BOWL, { captured: 0.99 }) };
const wide: Seen = { ...narrow, label: 'W', scores: scores(0.8), around: ground([3, 1.1, 3, 1.2, 1, 1.1, 3, 1.2, 3]) };

// Training brought 2 → 1 for both, so valleys reach 0.3 up: one cell of nine against five.
test('the words name the wider valley, its share and what it was good for', () => {
  expect(judgedValley([narrow, wide], 1)).toBe('You were right: “W” ended in the wider valley.');
  expect(judgedValley([narrow, wide], 0)).toBe('Not this time: “W” ended in the wider valley.');
  expect(judgedValley([narrow, narrow], null)).toBe('Both valleys are equally wide.');
  const [widths, use, path] = explained([narrow, wide]);
  expect(widths).toMatch(/less than 0\.3 above the network: “N” 11\.1 %, “W” 55\.6 %/);
  expect(use).toMatch(/narrower valley does better here: 90\.0 % and 80\.0 %/);
  expect(path).toMatch(/random directions hold 10\.0 % .* along the path 99\.0 %/);
});

test('a network on a plain is said to be on one', () => {
  const plain: Seen = { ...narrow, label: 'P', around: ground(Array(9).fill(1.5)) };
  expect(explained([narrow, plain]).join(' ')).toMatch(/“P” is on a plain/);
});

// Every pair must be a sweep that the library takes.
test.each(['start/circles', 'optimization/adam', 'regularization/none', 'regression/sine', 'spirals/adam'])(
  '%s trains next to each of its rivals',
  async (id) => {
    const run = { ...presets[id]!, steps: 1 };
    delete run.epochs;
    delete run.record;
    for (const against of ['l2', 'optimizer', 'start'] as const) {
      const [own, rival] = networksOf(run, against);
      expect(rival.label).not.toBe(own.label);
      const place = { ...landscapePlace(run), choices: { ...landscapePlace().choices, against } };
      const sweep = await createSweep(landscapeJob(place, 15, {}).groups[0]!, { backend: 'cpu' });
      expect(sweep.models).toBe(2);
      expect(sweep.run(1)).not.toEqual(sweep.run(0));
      // Opened in the workbench they are the same networks.
      const [first, second] = landscapeRuns(place).map((each) => validate({ ...each, name: 'same' }));
      expect([first, second]).toEqual([0, 1].map((m) => validate({ ...sweep.run(m), name: 'same' })));
      sweep.dispose();
    }
  },
);

test('another look does not train again, another network does', () => {
  const place = landscapePlace();
  const chosen = (change: object) => ({ ...place, choices: { ...place.choices, ...change } });
  expect(differsInLook(place, chosen({ view: 'map' }))).toBe(true);
  expect(differsInLook(place, chosen({ plane: 'along' }))).toBe(true);
  expect(differsInLook(place, chosen({ against: 'start' }))).toBe(false);
  expect(differsInLook(place, { ...place, backend: 'cpu' })).toBe(false);
  expect(differsInLook(place, place)).toBe(false);
});
