// The paths of several networks from one start, on one ground.

import { computed } from '@preact/signals';
import { useState } from 'preact/hooks';
import { contenders, training } from '../state.ts';
import { percent } from '../view/format.ts';
import { LINES } from '../view/shared-curve.tsx';
import type { Choices } from './choices.ts';
import { GroundTable } from './ground-table.tsx';
import { Legend, NoSolid, Picture } from './picture.tsx';
import { isGround, scaleOf } from './relief.ts';
import { pathWords } from './words.ts';

const AXES = ['along most of the paths', 'across them'] as const;

const found = computed(() => {
  const survey = training.survey.value;
  return survey?.kind === 'shared' && training.status.value === 'done' ? survey.all : null;
});
const ground = computed(() => (found.value && isGround(found.value) ? found.value : null));
const scale = computed(() => ground.value && scaleOf([ground.value]));
const looks = computed(() => LINES.slice(0, contenders.value.length));

function Waiting() {
  const words = found.value && 'why' in found.value ? found.value.why : 'Comes here when training has ended.';
  return (
    <div class="ground empty">
      <p class="hint">{words}</p>
    </div>
  );
}

export function SharedGround() {
  const [view, show] = useState<Choices['view']>('map');
  const seen = ground.value;
  const names = contenders.value.map(({ label }) => label);
  return (
    <section class="panel" aria-labelledby="paths-title">
      <div class="panel-bar">
        <h2 id="paths-title">Their paths</h2>
        <button
          type="button"
          class="compact"
          disabled={seen === null}
          onClick={() => show(view === 'map' ? 'solid' : 'map')}
        >
          {view === 'map' ? 'Show it in 3-D' : 'Show it as a map'}
        </button>
      </div>
      {seen && scale.value ? (
        <Picture ground={seen} scale={scale.value} looks={looks.value} label="All paths" axes={AXES} view={view} />
      ) : (
        <Waiting />
      )}
      <NoSolid view={view} />
      <Legend scale={scale.value} />
      {seen && <p class="unseen">{pathWords(seen, names)}</p>}
      <GroundTable ground={seen} names={names} label="all paths">
        <p class="hint">
          From the ring, where all begin, to the discs. This plane is the one nearest to all paths
          {seen && (
            <>
              {' '}
              and holds{' '}
              <data data-figure="captured" value={String(seen.captured)}>
                {percent(seen.captured)}
              </data>{' '}
              of them
            </>
          )}
          ; what leads out of it is not seen.
        </p>
      </GroundTable>
    </section>
  );
}
