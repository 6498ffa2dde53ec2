// Initial weights. Drawn on the host in f64 and rounded once, so they are the same on every backend.

import { NumpyRandom } from '../core/rng/numpy.ts';
import { streamKey } from '../core/rng/streams.ts';
import { foldIn, normal, uniform } from '../core/rng/threefry.ts';
import type { LayerPlace } from '../plan/plan.ts';
import type { CanonicalRun, InitScheme, LayerWeights, RngName } from '../spec/types.ts';

/** Writes one model's initial weights into its flat parameters; biases start at 0 unless they are given. */
export function initialize(run: CanonicalRun, places: readonly LayerPlace[], parameters: Float64Array): void {
  const { scheme, weights } = run.init;
  if (weights) writeWeights(weights, places, parameters);
  else if (scheme !== 'zeros') drawWeights(run, places, parameters);
}

function drawWeights(run: CanonicalRun, places: readonly LayerPlace[], parameters: Float64Array): void {
  const draw = weightDraws(run.init.scheme, run.init.seed, run.rng);
  places.forEach(({ fanIn, fanOut, wOffset }, l) => {
    const scale = weightScale(run.init.scheme, fanIn, fanOut, run.init.scale ?? 1);
    parameters.set(
      draw(fanIn * fanOut, l).map((value) => value * scale),
      wOffset,
    );
  });
}

export function writeWeights(
  weights: readonly LayerWeights[],
  places: readonly LayerPlace[],
  parameters: Float64Array,
): void {
  places.forEach(({ wOffset, bOffset }, l) => {
    parameters.set(weights[l]!.w.flat(), wOffset);
    parameters.set(weights[l]!.b, bOffset);
  });
}

/** (count, layer) → standard draws: normals, or uniforms on [−1, 1). numpy has one generator for all layers in turn. */
function weightDraws(scheme: InitScheme, seed: number, rng: RngName): (count: number, l: number) => Float64Array {
  const isUniform = scheme.toLowerCase().endsWith('uniform');
  const centred = (values: Float64Array) => values.map((value) => 2 * value - 1);
  if (rng === 'numpy') {
    const random = new NumpyRandom(seed);
    return (count) => (isUniform ? centred(random.uniform(count)) : random.normal(count));
  }
  const key = streamKey(seed, 'init');
  return (count, l) => (isUniform ? centred(uniform(foldIn(key, l), count)) : normal(foldIn(key, l), count));
}

/**
 * Standard deviation of a normal scheme, half width of a uniform one.
 *
 * Xavier: Glorot & Bengio 2010, AISTATS, eq. 16.  He: He et al. 2015, arXiv:1502.01852, §2.2.
 * LeCun: LeCun et al. 1998, "Efficient BackProp", §4.6.
 */
export function weightScale(scheme: InitScheme, fanIn: number, fanOut: number, scale: number): number {
  switch (scheme) {
    case 'xavierNormal':
      return Math.sqrt(2 / (fanIn + fanOut));
    case 'xavierUniform':
      return Math.sqrt(6 / (fanIn + fanOut));
    case 'heNormal':
      return Math.sqrt(2 / fanIn);
    case 'heUniform':
      return Math.sqrt(6 / fanIn);
    case 'lecunNormal':
      return Math.sqrt(1 / fanIn);
    case 'lecunUniform':
      return Math.sqrt(3 / fanIn);
    case 'normal':
    case 'uniform':
      return scale;
    case 'zeros':
    case 'given':
      return 0;
    default:
      return scheme satisfies never;
  }
}
