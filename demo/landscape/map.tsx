// The map of a ground: where WebGPU cannot draw, or where a person wants it flat.

import { useCallback } from 'preact/hooks';
import { usePainting } from '../view/boundary.tsx';
import { theme } from '../view/colours.ts';
import { paintMap } from './paint-map.ts';
import type { PictureProps } from './picture.tsx';

export function GroundMap({ ground, scale, looks, label }: PictureProps) {
  const paint = useCallback(
    (canvas: HTMLCanvasElement) => {
      theme.value;
      paintMap(canvas, ground, scale, looks);
    },
    [ground, scale, looks],
  );
  const ref = usePainting(paint);
  return <canvas ref={ref} class="ground-map" role="img" aria-label={`${label}: map of the loss`} />;
}
