// The runs of a lesson as documents of their own, for the workbench. Pure.

import { applyPatch, type ModelPatch, type Run, shortForm } from '../../src/index.ts';
import { checkedRun } from '../lessons/gradient-checking.ts';
import type { Lesson } from '../lessons/index.ts';
import type { Settings } from '../lessons/lesson.ts';
import { cellName, gridModels } from '../lessons/tuning.ts';

/** The gradient check does not train its network; the workbench can. */
const CHECKED_STEPS = 1000;

/** A cell goes on: up to the grid's steps it is the same to the bit, and it trains this many times as long. */
const MORE = 5;

function patched(base: Run, patch: ModelPatch, name: string): Run {
  return { ...shortForm(applyPatch(base, patch, 'model')), name };
}

/** @param cell the network of the tuning grid that is open; null where none is */
export function runsOf(lesson: Lesson, settings: Settings, cell: number | null): readonly Run[] {
  switch (lesson.kind) {
    case 'compare':
      return lesson
        .groups(settings)
        .flatMap(({ base, contenders }) => contenders.map(({ label, patch }) => patched(base, patch, label)));
    case 'tuning': {
      const base = lesson.base(settings);
      const grid = lesson.grid(settings);
      const model = cell === null ? undefined : gridModels(grid, base)[cell];
      if (!model) return [];
      return [{ ...patched(base, model, cellName(grid, cell!)), steps: MORE * settings.steps! }];
    }
    case 'check':
      return [{ ...checkedRun, steps: CHECKED_STEPS }];
    default:
      return lesson satisfies never;
  }
}
