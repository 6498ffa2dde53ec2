// Weights as most libraries have them, (models, fanIn, fanOut), and back to Basin's (fanOut, fanIn) model by model.
import type { LayerValues } from '../contender.ts';
import type { TrainingProblem } from '../problem.ts';

/** Start values of all models, w transposed to [fanIn × fanOut]. */
export function startValues({ models, widths }: TrainingProblem, l: number, part: 'w' | 'b'): Float32Array {
  const fanIn = widths[l]!;
  const fanOut = widths[l + 1]!;
  if (part === 'b') return Float32Array.from(models.flatMap(({ start }) => Array.from(start[l]!.b)));
  const values = new Float32Array(models.length * fanIn * fanOut);
  models.forEach(({ start }, m) => {
    const { w } = start[l]!;
    for (let i = 0; i < fanIn; i++) {
      for (let o = 0; o < fanOut; o++) values[(m * fanIn + i) * fanOut + o] = w[o * fanIn + i]!;
    }
  });
  return values;
}

/** Model m's share of a layer's arrays, w transposed back to [fanOut × fanIn]. */
export function modelLayer(
  { widths }: TrainingProblem,
  layer: { w: ArrayLike<number>; b: ArrayLike<number> },
  l: number,
  m: number,
): LayerValues {
  const fanIn = widths[l]!;
  const fanOut = widths[l + 1]!;
  const w = Float64Array.from(
    { length: fanIn * fanOut },
    (_, e) => layer.w[(m * fanIn + (e % fanIn)) * fanOut + Math.floor(e / fanIn)]!,
  );
  return { w, b: Float64Array.from({ length: fanOut }, (_, o) => layer.b[m * fanOut + o]!) };
}
