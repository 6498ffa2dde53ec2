// One ground as it can be drawn here: in 3-D, or as a map. Both take the same room.

import { useEffect } from 'preact/hooks';
import type { Ground } from '../training/protocol.ts';
import { gradient } from '../view/colours.ts';
import { places } from '../view/format.ts';
import type { Choices } from './choices.ts';
import { graphics, openGraphics } from './device.ts';
import { GroundMap } from './map.tsx';
import type { PathLook } from './paint-map.ts';
import { rampColours } from './palette.ts';
import type { Scale } from './relief.ts';
import { Solid } from './solid.tsx';

export interface PictureProps {
  readonly ground: Ground;
  readonly scale: Scale;
  /** One for each path. */
  readonly looks: readonly PathLook[];
  readonly label: string;
  /** What is to the right, and what is upwards. */
  readonly axes: readonly [string, string];
}

function Flat(props: PictureProps) {
  return (
    <div class="ground-flat">
      <span class="axis-y">{props.axes[1]}</span>
      <GroundMap {...props} />
      <span class="axis-x">{props.axes[0]}</span>
    </div>
  );
}

/** Colours from the lowest loss to the ceiling; room is kept until there are any. */
export function Legend({ scale }: { scale: Scale | null }) {
  return (
    <div class="legend" aria-hidden="true">
      loss {scale ? places(scale.low) : '–'}
      <span class="legend-scale" style={{ background: gradient(rampColours()) }} />
      {scale ? places(scale.high) : '–'}
      {scale?.isLog && ', log scale'}
    </div>
  );
}

export function Picture({ view, ...props }: PictureProps & { readonly view: Choices['view'] }) {
  useEffect(() => {
    if (view === 'solid') openGraphics();
  }, [view]);
  const drawing = graphics.value;
  const isWaiting = view === 'solid' && drawing === null;
  return (
    <div class="ground">
      {view === 'solid' && drawing && 'device' in drawing ? (
        <Solid {...props} device={drawing.device} />
      ) : (
        !isWaiting && <Flat {...props} />
      )}
    </div>
  );
}

/** Why there is a map where 3-D was wanted. */
export function NoSolid({ view }: { view: Choices['view'] }) {
  const drawing = graphics.value;
  if (view !== 'solid' || !drawing || 'device' in drawing) return null;
  return (
    <p class="notice" role="status">
      {drawing.why}
      <button type="button" onClick={openGraphics}>
        Try 3-D again
      </button>
    </p>
  );
}
