// The decision boundary: what the network says everywhere in the plane, and the points that it learns from.

import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { showsTestPoints, training } from '../state.ts';
import { theme } from './colours.ts';
import { count, percent } from './format.ts';
import { paintDots, paintField } from './paint.ts';

/** Keeps a canvas as many device pixels wide as it is shown, and repaints when what `paint` reads changes. */
function usePainting(paint: (canvas: HTMLCanvasElement) => void) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current!;
    const observer = new ResizeObserver(() => {
      const pixels = Math.round(canvas.clientWidth * devicePixelRatio);
      if (pixels === canvas.width || pixels === 0) return;
      canvas.width = pixels;
      canvas.height = pixels;
      paint(canvas);
    });
    observer.observe(canvas);
    const stop = effect(() => paint(canvas));
    return () => {
      observer.disconnect();
      stop();
    };
  }, [paint]);
  return ref;
}

/** One function for each model, so that the painting is set up once. */
const fieldPainters: ((canvas: HTMLCanvasElement) => void)[] = [];

function fieldPainter(model: number) {
  fieldPainters[model] ??= (canvas) => {
    theme.value;
    const view = training.opened.value?.view;
    const grid = training.frame.value?.grids[model];
    if (view && grid?.length === view.columns * view.rows) paintField(canvas, grid, view);
  };
  return fieldPainters[model];
}

function dotsPainter(canvas: HTMLCanvasElement): void {
  theme.value;
  const opened = training.opened.value;
  if (opened) paintDots(canvas, opened, showsTestPoints.value);
}

export function Boundary({ model, label }: { model: number; label: string }) {
  const field = usePainting(fieldPainter(model));
  const dots = usePainting(dotsPainter);
  const now = training.frame.value?.now;
  const accuracy = now?.scores[model]?.train.accuracy ?? Number.NaN;
  const words = `${label}: decision boundary after ${count(now?.step ?? 0)} steps, ${percent(accuracy)} of the training points on the right side`;
  return (
    <div class="boundary" role="img" aria-label={words}>
      <canvas ref={field} />
      <canvas ref={dots} />
    </div>
  );
}
