// The grid of networks as a picture: one cell for each, coloured by how it does on the held-out rows.

import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { cellOf, type Grid, type GridAxis } from '../lessons/tuning.ts';
import { gridNow, openCell, tuned, wantsLoss } from '../state.ts';
import { colour, css, gradient, type Rgb, shade, theme } from './colours.ts';
import { evenly } from './evenly.ts';
import { percent, places } from './format.ts';

/** Viridis at five places (Smith and van der Walt, 2015): its lightness rises evenly, so it reads without colour too. */
const SCALE: readonly Rgb[] = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];
/** Accuracies from a coin toss up, losses from that of a coin toss down. */
const ACCURACIES = [0.5, 1] as const;
const LOSSES = [Math.LN2, 0.2] as const;
const MOST_TICKS = 4;

function cellColour(accuracy: number, loss: number): string {
  if (!Number.isFinite(loss)) return colour('--line');
  const [from, to] = wantsLoss.value ? LOSSES : ACCURACIES;
  return css(shade(((wantsLoss.value ? loss : accuracy) - from) / (to - from), SCALE));
}

function paint(canvas: HTMLCanvasElement): void {
  theme.value;
  const grid = gridNow.value;
  if (!grid) return;
  const scores = tuned.value;
  const context = canvas.getContext('2d')!;
  const [columns, rows] = [grid.across.values.length, grid.up.values.length];
  const [w, h] = [canvas.width / columns, canvas.height / rows];
  context.clearRect(0, 0, canvas.width, canvas.height);
  scores?.forEach(({ validation }, model) => {
    const { column, row } = cellOf(grid, model);
    context.fillStyle = cellColour(validation?.accuracy ?? Number.NaN, validation?.loss ?? Number.NaN);
    context.fillRect(Math.floor(column * w), Math.floor((rows - 1 - row) * h), Math.ceil(w), Math.ceil(h));
  });
  const cell = openCell.value;
  if (cell === null) return;
  context.strokeStyle = colour('--card');
  context.lineWidth = 7;
  const { column, row } = cellOf(grid, cell);
  const outline = [column * w, (rows - 1 - row) * h, w, h] as const;
  context.strokeRect(...outline);
  context.strokeStyle = colour('--ink');
  context.lineWidth = 3;
  context.strokeRect(...outline);
}

function cellAt(event: MouseEvent, { across, up }: Grid): number {
  const canvas = event.currentTarget as HTMLCanvasElement;
  const [columns, rows] = [across.values.length, up.values.length];
  const column = Math.floor((event.offsetX / canvas.clientWidth) * columns);
  const row = rows - 1 - Math.floor((event.offsetY / canvas.clientHeight) * rows);
  const inside = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));
  return inside(row, rows) * columns + inside(column, columns);
}

function Legend() {
  const [from, to] = wantsLoss.value ? LOSSES.map(places) : ACCURACIES.map((value) => percent(value, 0));
  return (
    <div class="legend" aria-hidden="true">
      {from}
      <span class="legend-scale" style={{ background: gradient(SCALE) }} />
      {to}
      <i /> diverged
    </div>
  );
}

/** Values along a side of the map, at the middles of their cells. */
function Ticks({ values, upwards = false }: { values: readonly number[]; upwards?: boolean }) {
  const at = (i: number) => `${(100 * (i + 0.5)) / values.length}%`;
  return (
    <div class={upwards ? 'ticks upwards' : 'ticks'} aria-hidden="true">
      {evenly(values.length, MOST_TICKS).map((i) => (
        <span key={i} class="tick-value" style={upwards ? { bottom: at(i) } : { left: at(i) }}>
          {values[i]}
        </span>
      ))}
    </div>
  );
}

const nameOf = ({ axis: { name, scale } }: GridAxis) => (scale ? `${name}, ${scale}` : name);

export function HeatMap({ grid }: { grid: Grid }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current!;
    canvas.width = canvas.height = Math.round(640 * Math.min(2, devicePixelRatio));
    return effect(() => paint(canvas));
  }, []);
  return (
    <figure class="heat">
      <div class="heat-box">
        <span class="axis-y">{nameOf(grid.up)}</span>
        <Ticks values={grid.up.values} upwards />
        <canvas
          ref={ref}
          role="img"
          aria-label="Held-out results of all networks; choose one with the sliders"
          onClick={(event) => {
            openCell.value = cellAt(event, grid);
          }}
        />
        <Ticks values={grid.across.values} />
        <span class="axis-x">{nameOf(grid.across)}</span>
      </div>
      <Legend />
    </figure>
  );
}
