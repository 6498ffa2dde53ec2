// The decision boundary: what the network says everywhere in the plane, and the points that it learns from.

import { effect } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { showsTestPoints } from '../state.ts';
import type { Training } from '../training/training.ts';
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

interface BoundaryProps {
  readonly training: Training;
  readonly model: number;
  readonly label: string;
}

export function Boundary({ training, model, label }: BoundaryProps) {
  const { opened, frame } = training;
  const paintOwnField = useCallback(
    (canvas: HTMLCanvasElement) => {
      theme.value;
      const view = opened.value?.view;
      const grid = frame.value?.grids[model];
      if (view && grid?.length === view.columns * view.rows) paintField(canvas, grid, view);
    },
    [opened, frame, model],
  );
  const paintAllDots = useCallback(
    (canvas: HTMLCanvasElement) => {
      theme.value;
      if (opened.value) paintDots(canvas, opened.value, showsTestPoints.value);
    },
    [opened],
  );
  const field = usePainting(paintOwnField);
  const dots = usePainting(paintAllDots);
  const now = frame.value?.now;
  const accuracy = now?.scores[model]?.train.accuracy ?? Number.NaN;
  const words = `${label}: decision boundary after ${count(now?.step ?? 0)} steps, ${percent(accuracy)} of the training points on the right side`;
  return (
    <div class="boundary" role="img" aria-label={words}>
      <canvas ref={field} />
      <canvas ref={dots} />
    </div>
  );
}
