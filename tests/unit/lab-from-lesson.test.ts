// What the workbench gets from a lesson trains as it did there: by the contract, a sweep's model i is the run that
// `sweep.run(i)` writes out.
import { expect, test } from 'vitest';
import { lessons } from '../../demo/lessons/index.ts';
import { initialSettings } from '../../demo/lessons/lesson.ts';
import { gridModels, tuning } from '../../demo/lessons/tuning.ts';
import { runsOf } from '../../demo/workbench/from-lesson.ts';
import { createSweep, validate } from '../../src/index.ts';

const unnamed = (run: object) => ({ ...run, name: undefined });

test.each(lessons.filter(({ id }) => id !== 'your-data').map((lesson) => [lesson.id, lesson] as const))(
  '%s: its runs are those of its sweep',
  async (_, lesson) => {
    const settings = initialSettings(lesson);
    const runs = runsOf(lesson, settings, 5);
    expect(runs.length).toBeGreaterThan(0);
    if (lesson.kind === 'check') return;
    const models =
      lesson.kind === 'compare'
        ? lesson.contenders(settings).map(({ patch }) => patch)
        : [gridModels(lesson.grid(settings))[5]!];
    const sweep = await createSweep({ base: lesson.base(settings), models }, { backend: 'cpu' });
    expect(runs.map((run) => unnamed(validate(run)))).toEqual(models.map((_, m) => unnamed(sweep.run(m))));
    sweep.dispose();
  },
);

test('the grid without an open cell has no run', () => {
  expect(runsOf(tuning, initialSettings(tuning), null)).toEqual([]);
});
