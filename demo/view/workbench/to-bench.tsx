// The way from a lesson to the workbench, with the lesson's runs. The tuning grid has its own, from a cell.

import { MOST_RUNS } from '../../link.ts';
import { hasData, openBench, place } from '../../state.ts';
import { runsOf } from '../../workbench/from-lesson.ts';

function hintOf(count: number): string {
  if (count > MOST_RUNS) return `The first ${MOST_RUNS} of these runs side by side, with every setting.`;
  return count === 1
    ? 'This network with every setting, and a look into each unit.'
    : 'These runs side by side, with every setting and a look into each unit.';
}

export function ToBench() {
  const { lesson, settings } = place.value;
  if (!hasData.value) return null;
  const runs = runsOf(lesson, settings, null);
  return (
    <section class="controls-row to-bench" aria-label="Go on">
      <button type="button" onClick={() => openBench(runs)}>
        Open in the workbench
      </button>
      <span class="hint">{hintOf(runs.length)}</span>
    </section>
  );
}
