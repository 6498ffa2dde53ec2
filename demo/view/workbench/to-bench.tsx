// The way from other pages to the workbench, with their runs. The tuning grid has its own, from a cell.

import type { Run } from '../../../src/index.ts';
import { MOST_RUNS } from '../../link.ts';
import { contenders, hasData, openBench, place } from '../../state.ts';
import { runsOf } from '../../workbench/from-lesson.ts';

function hintOf(count: number): string {
  if (count > MOST_RUNS) return `The first ${MOST_RUNS} of these runs side by side, with every setting.`;
  return count === 1
    ? 'This network with every setting, and a look into each unit.'
    : 'These runs side by side, with every setting and a look into each unit.';
}

/** @param runs made when they are asked for, since the first paint does not need them */
export function OpenBench({ runs, hint }: { runs: () => readonly Run[]; hint: string }) {
  return (
    <section class="controls-row to-bench" aria-label="Go on">
      <button type="button" onClick={() => openBench(runs())}>
        Open in the workbench
      </button>
      <span class="hint">{hint}</span>
    </section>
  );
}

/** With the runs of the lesson on the page. */
export function ToBench() {
  const { lesson, settings } = place.value;
  if (!hasData.value) return null;
  const count = lesson.kind === 'compare' ? contenders.value.length : 1;
  return <OpenBench runs={() => runsOf(lesson, settings, null)} hint={hintOf(count)} />;
}
