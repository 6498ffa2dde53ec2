// The decision boundary: what the network says everywhere in the plane, and the points that it learns from.

import { effect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { InlineData } from '../../src/index.ts';
import { showsTestPoints } from '../state.ts';
import type { Dots } from '../training/protocol.ts';
import type { Training } from '../training/training.ts';
import { theme } from './colours.ts';
import { count, percent } from './format.ts';
import { paintDots, paintField } from './paint.ts';

/** Keeps a canvas as many device pixels large as it is shown, and repaints when what `paint` reads changes. */
export function usePainting(paint: (canvas: HTMLCanvasElement) => void) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current!;
    const observer = new ResizeObserver(() => {
      const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) =>
        Math.round(side * devicePixelRatio),
      );
      if ((width === canvas.width && height === canvas.height) || !width || !height) return;
      canvas.width = width;
      canvas.height = height;
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
  /** Points to show instead of those that are trained on: somebody is drawing. */
  readonly drawn?: InlineData | null;
  /** Lies over the picture. */
  readonly children?: ComponentChildren;
}

/** Rows of two columns as points. */
const dots = (x: number[][], y: InlineData['y']): Dots => ({
  x: Float32Array.from(x.flat()),
  y: Uint8Array.from(y as number[]),
});

export function Boundary({ training, model, label, drawn, children }: BoundaryProps) {
  const { opened, frame } = training;
  const paintOwnField = useCallback(
    (canvas: HTMLCanvasElement) => {
      theme.value;
      const view = opened.value?.view;
      const grid = frame.value?.grids[model];
      if (view && grid && grid.length % (view.columns * view.rows) === 0) paintField(canvas, grid, view);
    },
    [opened, frame, model],
  );
  const paintAllDots = useCallback(
    (canvas: HTMLCanvasElement) => {
      theme.value;
      if (!opened.value) return;
      const shown = drawn && {
        train: dots(drawn.x, drawn.y),
        test: drawn.testX && drawn.testY ? dots(drawn.testX, drawn.testY) : null,
      };
      paintDots(canvas, { ...opened.value, ...shown }, showsTestPoints.value);
    },
    [opened, drawn],
  );
  const field = usePainting(paintOwnField);
  const points = usePainting(paintAllDots);
  const now = frame.value?.now;
  const accuracy = now?.scores[model]?.train.accuracy ?? Number.NaN;
  const words = `${label}: decision boundary after ${count(now?.steps[model] ?? 0)} steps, ${percent(accuracy)} of the training points on the right side`;
  return (
    <div class="boundary">
      <canvas ref={field} role="img" aria-label={words} />
      <canvas ref={points} />
      {children}
    </div>
  );
}
