// Drawing points on a run's picture, by mouse, finger or keyboard.

import { useRef, useState } from 'preact/hooks';
import type { InlineData } from '../../../src/index.ts';
import { bench } from '../../state.ts';
import type { Slot } from '../../workbench/bench.ts';
import { EMPTY_PLANE, isDrawable, type Plane, TOOLS, touched } from '../../workbench/points.ts';
import { count } from '../format.ts';

function inWords(zeros: number, ones: number): string {
  if (zeros + ones === 0) return 'No points yet. Press and drag on the picture to draw some.';
  const both = `${count(zeros)} points of class 0, ${count(ones)} of class 1.`;
  return zeros === 0 || ones === 0
    ? `${both} Draw some of the other class: with one there is nothing to tell apart.`
    : both;
}

export function Tools({ data }: { data: InlineData }) {
  const ones = (data.y as number[]).filter((label) => label === 1).length;
  return (
    <fieldset class="tools">
      <legend>Draw on the picture</legend>
      <div class="choices">
        {TOOLS.map((tool) => (
          <label key={tool} class="choice">
            <input
              type="radio"
              name="tool"
              checked={bench.tool.value === tool}
              onChange={() => {
                bench.tool.value = tool;
              }}
            />
            <span>{tool}</span>
          </label>
        ))}
        <button type="button" disabled={data.x.length === 0} onClick={() => bench.edit('data', { x: [], y: [] })}>
          Clear all
        </button>
      </div>
      <p class="hint" role="status">
        {inWords(data.x.length - ones, ones)}
      </p>
    </fieldset>
  );
}

const KEYS: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
const STRIDE = 0.04;

const between = ([low, high]: readonly [number, number], part: number) => low + part * (high - low);

const inside = (part: number) => Math.min(1, Math.max(0, part));

/** Lies over a run's picture. Places are parts of its sides, from the lower left. */
export function DrawPad({ slot }: { slot: Slot }) {
  const [cursor, setCursor] = useState<readonly [number, number]>([0.5, 0.5]);
  const isDown = useRef(false);
  const touch = ([u, v]: readonly [number, number]) => {
    bench.plane.value ??= slot.training.opened.value?.view ?? EMPTY_PLANE;
    const plane: Plane = bench.plane.value;
    const place = [between(plane.x, u), between(plane.y, v)] as const;
    bench.update((draft) => {
      const data = draft.data as InlineData;
      return isDrawable(data) ? { ...draft, data: touched(data, bench.tool.value, place, plane) } : draft;
    });
  };
  const follow = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const at = [
      inside((event.clientX - box.left) / box.width),
      inside(1 - (event.clientY - box.top) / box.height),
    ] as const;
    setCursor(at);
    touch(at);
  };
  const press = (event: KeyboardEvent) => {
    const move = KEYS[event.key];
    if (move) setCursor([inside(cursor[0] + STRIDE * move[0]), inside(cursor[1] + STRIDE * move[1])]);
    else if (event.key === ' ' || event.key === 'Enter') touch(cursor);
    else return;
    event.preventDefault();
  };
  return (
    <div
      class="draw-pad"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn in by keyboard too
      tabIndex={0}
      aria-label="Drawing area: arrow keys move the cross, the space bar draws or erases"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        isDown.current = true;
        follow(event);
      }}
      onPointerMove={(event) => isDown.current && follow(event)}
      onPointerUp={() => {
        isDown.current = false;
      }}
      onKeyDown={press}
    >
      <span class="cross" style={{ left: `${100 * cursor[0]}%`, bottom: `${100 * cursor[1]}%` }} />
    </div>
  );
}
