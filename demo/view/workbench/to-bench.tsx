// The way from a lesson to the workbench, with the lesson's runs.

import { MOST_RUNS } from '../../link.ts';
import { hasData, openBench, openCell, place } from '../../state.ts';
import { runsOf } from '../../workbench/from-lesson.ts';

function hintOf(count: number): string {
  if (count === 0) return 'Open a cell of the grid first: it goes there as a run.';
  if (count > MOST_RUNS) return `The first ${MOST_RUNS} of these runs side by side, with every setting.`;
  return count === 1
    ? 'This network with every setting, and a look into each unit.'
    : 'These runs side by side, with every setting and a look into each unit.';
}

export function ToBench() {
  const { lesson, settings } = place.value;
  if (!hasData.value) return null;
  const runs = runsOf(lesson, settings, openCell.value);
  return (
    <section class="controls-row to-bench" aria-label="Go on">
      <button type="button" disabled={runs.length === 0} onClick={() => openBench(runs)}>
        Open in the workbench
      </button>
      <span class="hint">{hintOf(runs.length)}</span>
    </section>
  );
}
