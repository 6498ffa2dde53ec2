// Weights and gradients of each layer: an image, a histogram and the numbers.

import { useCallback } from 'preact/hooks';
import type { LayerPictures } from '../../training/protocol.ts';
import type { TensorPicture } from '../../training/tensor-picture.ts';
import type { Slot } from '../../workbench/bench.ts';
import { usePainting } from '../boundary.tsx';
import { theme } from '../colours.ts';
import { count, places } from '../format.ts';
import { paintSigned } from '../paint.ts';

type What = 'weights' | 'gradients';

interface PartProps {
  readonly slot: Slot;
  readonly layer: number;
  readonly what: What;
}

const pictureOf = ({ slot, layer, what }: PartProps): TensorPicture | null =>
  slot.training.frame.value?.tensors?.[layer]?.[what] ?? null;

function Image(props: PartProps) {
  const { slot, layer, what } = props;
  const { training } = slot;
  const paint = useCallback(
    (canvas: HTMLCanvasElement) => {
      theme.value;
      const picture = training.frame.value?.tensors?.[layer]?.[what];
      if (!picture) return;
      paintSigned(canvas, picture.values, { ...picture, fromBelow: false });
    },
    [training, layer, what],
  );
  const ref = usePainting(paint);
  const picture = pictureOf(props)!;
  const [fanOut, fanIn] = picture.shape;
  const isCut = picture.rows < fanOut || picture.columns < fanIn;
  const words = `${what} of layer ${layer + 1}, ${count(fanOut)} rows by ${count(fanIn)} columns${isCut ? `, the first ${picture.rows} by ${picture.columns} shown` : ''}`;
  return (
    <canvas
      ref={ref}
      class="tensor"
      role="img"
      aria-label={words}
      style={{
        aspectRatio: `${picture.columns} / ${picture.rows}`,
        width: `min(100%, ${picture.columns * 0.9}rem, ${(9 * picture.columns) / picture.rows}rem)`,
      }}
    />
  );
}

const many = (n: number, noun: string) => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

const [WIDTH, HEIGHT] = [310, 84];

function Histogram(props: PartProps) {
  const { counts, most } = pictureOf(props)!;
  const highest = Math.max(1, ...counts);
  const bar = WIDTH / counts.length;
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + 16}`}
      role="img"
      aria-label={`Values from ${places(-most)} to ${places(most)}`}
    >
      {counts.map((values, i) => {
        const height = (values / highest) * HEIGHT;
        const side = i < (counts.length - 1) / 2 ? 'minus' : i === (counts.length - 1) / 2 ? '' : 'plus';
        return <rect key={i} class={side} x={i * bar + 0.5} y={HEIGHT - height} width={bar - 1} height={height} />;
      })}
      <line x1="0" x2={WIDTH} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
      <text x="0" y={HEIGHT + 13}>
        {places(-most)}
      </text>
      <text x={WIDTH / 2} y={HEIGHT + 13} text-anchor="middle">
        0
      </text>
      <text x={WIDTH} y={HEIGHT + 13} text-anchor="end">
        {places(most)}
      </text>
    </svg>
  );
}

function Part(props: PartProps) {
  const picture = pictureOf(props);
  if (!picture) return null;
  return (
    <div class="tensor-part">
      <h4>
        {props.what === 'weights' ? 'Weights' : 'Gradients'}
        <span class="hint">
          {' '}
          usual size{' '}
          <data value={String(picture.rms)} data-figure={`${props.what}-rms`}>
            {places(picture.rms)}
          </data>
        </span>
      </h4>
      <Image {...props} />
      <Histogram {...props} />
    </div>
  );
}

export function Tensors({ slot }: { slot: Slot }) {
  const layers: readonly LayerPictures[] = slot.training.frame.value?.tensors ?? [];
  return (
    <div class="tensors">
      {layers.map(({ weights: { shape } }, l) => (
        <section key={l} class="tensor-layer" aria-label={`Layer ${l + 1}`}>
          <h3>
            {l + 1 === layers.length ? 'Output' : `Layer ${l + 1}`}
            <span class="hint">
              {' '}
              {many(shape[0], 'unit')} × {many(shape[1], 'input')}
            </span>
          </h3>
          <Part slot={slot} layer={l} what="weights" />
          <Part slot={slot} layer={l} what="gradients" />
        </section>
      ))}
    </div>
  );
}
