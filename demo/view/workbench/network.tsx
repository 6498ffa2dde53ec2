// The network, drawn: each unit is a small picture of what it puts out over the plane, and shows it large on hover or focus.

import { useCallback, useState } from 'preact/hooks';
import type { CanonicalRun } from '../../../src/index.ts';
import { showsTestPoints } from '../../state.ts';
import { UNIT_CELLS } from '../../training/protocol.ts';
import type { TensorPicture } from '../../training/tensor-picture.ts';
import type { Training } from '../../training/training.ts';
import type { Slot } from '../../workbench/bench.ts';
import { wordOf } from '../../workbench/fields.ts';
import { usePainting } from '../boundary.tsx';
import { colour, theme } from '../colours.ts';
import { count, places } from '../format.ts';
import { paintDots, paintSigned } from '../paint.ts';

/** More units of a layer are not drawn. */
const MOST_UNITS = 10;
const CELLS = UNIT_CELLS * UNIT_CELLS;

interface Unit {
  readonly layer: number;
  readonly unit: number;
}

const inputNames = ['x₁', 'x₂'];

const shownUnits = (units: number) => Math.min(units, MOST_UNITS);

/** Where unit `i` of `n` in column `c` of `columns` lies, in parts of the drawing. */
const placeOf = (c: number, columns: number, i: number, n: number) => [(c + 0.5) / columns, (i + 0.5) / n] as const;

/** One unit's outputs over the plane, from the lowest row up. */
function outputsOf(training: Training, { layer, unit }: Unit): Float32Array | null {
  const outputs = training.frame.value?.units?.[layer];
  return outputs && outputs.length >= (unit + 1) * CELLS ? outputs.subarray(unit * CELLS, (unit + 1) * CELLS) : null;
}

function rangeOf(values: Float32Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function paintUnit(canvas: HTMLCanvasElement, values: Float32Array): void {
  const [low, high] = rangeOf(values);
  const most = Math.max(Math.abs(low), Math.abs(high));
  paintSigned(canvas, values, { columns: UNIT_CELLS, rows: UNIT_CELLS, most, fromBelow: true });
}

/** For the canvas that shows what a unit computes. */
function useUnitPainting(training: Training, { layer, unit }: Unit) {
  const paint = useCallback(
    (canvas: HTMLCanvasElement) => {
      theme.value;
      const values = outputsOf(training, { layer, unit });
      if (values) paintUnit(canvas, values);
    },
    [training, layer, unit],
  );
  return usePainting(paint);
}

function Thumbnail({ training, unit }: { training: Training; unit: Unit }) {
  return <canvas ref={useUnitPainting(training, unit)} />;
}

// ---------------------------------------------------------------- weights between units

/** A line for each weight, as wide as it is large. */
function paintLinks(canvas: HTMLCanvasElement, pictures: readonly TensorPicture[]): void {
  const context = canvas.getContext('2d')!;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const columns = pictures.length + 1;
  pictures.forEach(({ shape: [fanOut, fanIn], columns: kept, values, most }, layer) => {
    const [targets, sources] = [shownUnits(fanOut), shownUnits(fanIn)];
    for (let to = 0; to < targets; to++) {
      for (let from = 0; from < sources; from++) {
        const share = most === 0 ? 0 : values[to * kept + from]! / most;
        const [x1, y1] = placeOf(layer, columns, from, sources);
        const [x2, y2] = placeOf(layer + 1, columns, to, targets);
        link(context, [x1 * width, y1 * height], [x2 * width, y2 * height], share);
      }
    }
  });
}

type Spot = readonly [number, number];

function link(context: CanvasRenderingContext2D, [x1, y1]: Spot, [x2, y2]: Spot, share: number): void {
  const middle = (x1 + x2) / 2;
  context.beginPath();
  context.moveTo(x1, y1);
  context.bezierCurveTo(middle, y1, middle, y2, x2, y2);
  context.strokeStyle = colour(share < 0 ? '--minus' : '--plus');
  context.lineWidth = devicePixelRatio * (0.3 + 3.2 * Math.abs(share || 0));
  context.globalAlpha = 0.25 + 0.6 * Math.abs(share || 0);
  context.stroke();
  context.globalAlpha = 1;
}

function Links({ training }: { training: Training }) {
  const paint = useCallback(
    (canvas: HTMLCanvasElement) => {
      theme.value;
      const tensors = training.frame.value?.tensors;
      if (tensors)
        paintLinks(
          canvas,
          tensors.map(({ weights }) => weights),
        );
    },
    [training],
  );
  return <canvas ref={usePainting(paint)} class="links" />;
}

// ---------------------------------------------------------------- the drawing

const nameOf = ({ layer, unit }: Unit, layers: number) =>
  layer + 1 === layers ? `Output ${unit + 1}` : `Layer ${layer + 1}, unit ${unit + 1}`;

interface DrawingProps {
  readonly slot: Slot;
  readonly run: CanonicalRun;
  readonly chosen: Unit;
  choose(unit: Unit): void;
}

/** Where an arrow key leads from a unit. */
function neighbour({ layer, unit }: Unit, key: string, layers: CanonicalRun['layers']): Unit | null {
  const last = (l: number) => shownUnits(layers[l]?.units ?? 0) - 1;
  if (key === 'ArrowUp') return { layer, unit: Math.max(0, unit - 1) };
  if (key === 'ArrowDown') return { layer, unit: Math.min(last(layer), unit + 1) };
  const to = layer + (key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0);
  if (to === layer || to < 0 || to >= layers.length) return null;
  return { layer: to, unit: Math.min(unit, last(to)) };
}

function Drawing({ slot, run, chosen, choose }: DrawingProps) {
  const { layers } = run;
  const columns = layers.length + 1;
  const tallest = Math.max(2, ...layers.map(({ units }) => shownUnits(units)));
  const move = (event: KeyboardEvent) => {
    const next = neighbour(chosen, event.key, layers);
    if (!next) return;
    event.preventDefault();
    choose(next);
    const group = event.currentTarget as HTMLElement;
    group.querySelector<HTMLElement>(`[data-unit="${next.layer}-${next.unit}"]`)?.focus();
  };
  const at = (c: number, i: number, n: number) => {
    const [x, y] = placeOf(c, columns, i, n);
    return { left: `${100 * x}%`, top: `${100 * y}%` };
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: no form controls
    <div
      class="drawing"
      role="group"
      aria-label="Units of the network; arrow keys move between them"
      style={{ height: `${tallest * 2.9}rem`, minWidth: `${columns * 3.2}rem` }}
      onKeyDown={move}
    >
      <Links training={slot.training} />
      {inputNames.map((name, i) => (
        <span key={name} class="input-unit" style={at(0, i, inputNames.length)}>
          {name}
        </span>
      ))}
      {layers.flatMap(({ units }, layer) =>
        Array.from({ length: shownUnits(units) }, (_, unit) => {
          const isChosen = chosen.layer === layer && chosen.unit === unit;
          return (
            <button
              key={`${layer}-${unit}`}
              type="button"
              class="unit-button"
              data-unit={`${layer}-${unit}`}
              aria-pressed={isChosen}
              aria-label={nameOf({ layer, unit }, layers.length)}
              tabIndex={isChosen ? 0 : -1}
              style={at(layer + 1, unit, shownUnits(units))}
              onMouseEnter={() => choose({ layer, unit })}
              onFocus={() => choose({ layer, unit })}
              onClick={() => choose({ layer, unit })}
            >
              <Thumbnail training={slot.training} unit={{ layer, unit }} />
            </button>
          );
        }),
      )}
    </div>
  );
}

// ---------------------------------------------------------------- one unit, large

/** The inputs that a unit hears most, with their weights. */
function strongest({ shape: [, fanIn], columns, values }: TensorPicture, unit: number, layer: number): string {
  const name = (from: number) => (layer === 0 ? (inputNames[from] ?? `x${from + 1}`) : `unit ${from + 1}`);
  const weights = Array.from(
    { length: Math.min(fanIn, columns) },
    (_, from) => [name(from), values[unit * columns + from]!] as const,
  );
  return weights
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .slice(0, 3)
    .map(([from, weight]) => `${from} × ${places(weight)}`)
    .join(', ');
}

function Large({ slot, run, unit }: { slot: Slot; run: CanonicalRun; unit: Unit }) {
  const { training } = slot;
  const { layer, unit: index } = unit;
  const paintPoints = useCallback(
    (canvas: HTMLCanvasElement) => {
      theme.value;
      if (training.opened.value) paintDots(canvas, training.opened.value, showsTestPoints.value);
    },
    [training],
  );
  const field = useUnitPainting(training, unit);
  const dots = usePainting(paintPoints);
  const values = outputsOf(training, unit);
  const weights = training.frame.value?.tensors?.[layer]?.weights;
  const [low, high] = values ? rangeOf(values) : [Number.NaN, Number.NaN];
  const isOutput = layer + 1 === run.layers.length;
  const rule = isOutput
    ? 'the logit: above 0 is class 1'
    : `${wordOf(run.layers[layer]!.activation)} of its weighted sum`;
  const name = nameOf(unit, run.layers.length);
  return (
    <figure class="large-unit">
      <div class="boundary">
        <canvas
          ref={field}
          role="img"
          aria-label={`${name}: what it puts out over the plane, from ${places(low)} to ${places(high)}`}
        />
        <canvas ref={dots} />
      </div>
      <figcaption>
        <strong>{name}</strong>
        <p class="hint">
          Puts out {isOutput && run.layers[layer]!.units > 1 ? 'the logit of its class' : rule}, here from{' '}
          <data value={String(low)} data-figure="unit-low">
            {places(low)}
          </data>{' '}
          to{' '}
          <data value={String(high)} data-figure="unit-high">
            {places(high)}
          </data>
          .
        </p>
        {weights && <p class="hint">Hears most: {strongest(weights, index, layer)}.</p>}
        <p class="scale-key" aria-hidden="true">
          <i class="minus" /> below 0 <i class="plus" /> above 0
        </p>
      </figcaption>
    </figure>
  );
}

function hiddenCount({ layers }: CanonicalRun): string | null {
  const cut = layers.filter(({ units }) => units > MOST_UNITS).length;
  return cut === 0
    ? null
    : `The first ${MOST_UNITS} units of each layer are drawn; the widest has ${count(Math.max(...layers.map(({ units }) => units)))}.`;
}

export function Network({ slot }: { slot: Slot }) {
  const [wanted, choose] = useState<Unit>({ layer: 0, unit: 0 });
  const opened = slot.training.opened.value;
  const run = opened?.runs[0];
  if (!run) return <p class="hint">Getting ready.</p>;
  if (!opened.view) {
    return (
      <p class="hint">
        What a unit computes can be drawn where the data has two inputs and classes; this data has{' '}
        {count(opened.inputs)} inputs.
      </p>
    );
  }
  const layer = Math.min(wanted.layer, run.layers.length - 1);
  const unit = { layer, unit: Math.min(wanted.unit, shownUnits(run.layers[layer]!.units) - 1) };
  return (
    <div class="network">
      <div class="drawing-box">
        <Drawing slot={slot} run={run} chosen={unit} choose={choose} />
        {hiddenCount(run) && <p class="hint">{hiddenCount(run)}</p>}
      </div>
      <Large slot={slot} run={run} unit={unit} />
    </div>
  );
}
