// Which hidden units the next step uses for one of its points, and which sit out.

import { training } from '../state.ts';

const [SPACING, RADIUS] = [12, 4.5] as const;

function words(layers: readonly (readonly number[])[]): string {
  const layer = (units: readonly number[], l: number) =>
    `${units.filter((kept) => kept === 1).length} of ${units.length} in layer ${l + 1}`;
  return `Units that take part: ${layers.map(layer).join(', ')}`;
}

function Units({ layers }: { layers: readonly (readonly number[])[] }) {
  const widest = Math.max(...layers.map((units) => units.length));
  return (
    <svg
      viewBox={`0 0 ${SPACING * widest} ${1.4 * SPACING * layers.length}`}
      style={{ maxWidth: `${1.2 * SPACING * widest}px` }}
      role="img"
      aria-label={words(layers)}
    >
      {layers.map((units, l) =>
        units.map((kept, unit) => (
          <circle
            key={`${l} ${unit}`}
            class={kept === 1 ? 'kept' : 'dropped'}
            cx={SPACING * (unit + 0.5)}
            cy={1.4 * SPACING * (l + 0.5)}
            r={RADIUS}
          />
        )),
      )}
    </svg>
  );
}

export function Dropped({ model }: { model: number }) {
  const kept = training.frame.value?.kept[model];
  if (!kept) return <div class="units" />;
  const everyone = kept.layers.every((units) => units.every((each) => each === 1));
  return (
    <figure class="units">
      <Units layers={kept.layers} />
      <figcaption class="hint">
        {everyone ? 'All hidden units take part.' : `For point ${kept.position + 1} the hollow units sit out.`}
      </figcaption>
    </figure>
  );
}
