// What the workbench gets from a lesson trains as it did there: by the contract, a sweep's model i is the run that
// `sweep.run(i)` writes out.
import { expect, test } from 'vitest';
import { lessons } from '../../demo/lessons/index.ts';
import { initialSettings, sweepsOf } from '../../demo/lessons/lesson.ts';
import { gridModels, tuning } from '../../demo/lessons/tuning.ts';
import { runsOf } from '../../demo/workbench/from-lesson.ts';
import { type CanonicalRun, createSession, createSweep, validate } from '../../src/index.ts';

/** A cell of the grid trains on after the grid's steps. */
const compared = ({ id }: { id: string }, run: CanonicalRun) => ({
  ...run,
  name: undefined,
  ...(id === 'tuning' && { steps: undefined }),
});

test.each(lessons.filter(({ id }) => id !== 'your-data').map((lesson) => [lesson.id, lesson] as const))(
  '%s: its runs are those of its sweep',
  async (_, lesson) => {
    const settings = initialSettings(lesson);
    const runs = runsOf(lesson, settings, 5);
    expect(runs.length).toBeGreaterThan(0);
    if (lesson.kind === 'check') return;
    const inputs =
      lesson.kind === 'compare'
        ? sweepsOf(lesson.groups(settings))
        : [{ base: lesson.base(settings), models: [gridModels(lesson.grid(settings), lesson.base(settings))[5]!] }];
    const expected: ReturnType<typeof compared>[] = [];
    for (const input of inputs) {
      const sweep = await createSweep(input, { backend: 'cpu' });
      expected.push(...input.models!.map((_, m) => compared(lesson, sweep.run(m))));
      sweep.dispose();
    }
    expect(runs.map((run) => compared(lesson, validate(run)))).toEqual(expected);
  },
);

test('the grid without an open cell has no run', () => {
  expect(runsOf(tuning, initialSettings(tuning), null)).toEqual([]);
});

test('a cell of the grid that is continued has the cell’s bits after the grid’s steps, and more steps to go', async () => {
  const settings = { ...initialSettings(tuning), side: 8, steps: 100 };
  const cell = 27;
  const models = gridModels(tuning.grid(settings), tuning.base(settings));
  const sweep = await createSweep({ base: tuning.base(settings), models }, { backend: 'cpu' });
  await sweep.step(100);
  const [run] = runsOf(tuning, settings, cell);
  const session = await createSession(run!, { backend: 'cpu' });
  expect(session.totalSteps).toBe(500);
  await session.step(100);
  expect(await session.evaluate()).toEqual((await sweep.evaluate())[cell]);
  expect(await session.weights()).toEqual((await sweep.weights())[cell]);
});
