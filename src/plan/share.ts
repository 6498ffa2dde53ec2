// A plan's models cut into shares: the plan of a share, and where its elements lie in the buffers of the whole. Pure.

import type { Dispatch, Plan, PlanBuffer } from './plan.ts';

/** Neighbours among a plan's models. */
export interface Share {
  readonly first: number;
  readonly models: number;
}

/** A row of elements: where it begins in the buffer of the whole and in that of the share. */
export interface Stretch {
  readonly whole: number;
  readonly own: number;
  readonly length: number;
}

/** All models in `count` shares as equal as can be. */
export function sharesOf(models: number, count: number): Share[] {
  const begin = (share: number) => Math.floor((share * models) / count);
  return Array.from({ length: count }, (_, share) => ({
    first: begin(share),
    models: begin(share + 1) - begin(share),
  }));
}

/** The same plan for another number of models. Nothing else in it depends on how many there are. */
export function withModels(plan: Plan, models: number): Plan {
  const ofDispatch = (dispatch: Dispatch): Dispatch => ({
    ...dispatch,
    dims: 'models' in dispatch.dims ? { ...dispatch.dims, models } : dispatch.dims,
    ...(dispatch.standsFor && { standsFor: dispatch.standsFor.map(ofDispatch) }),
  });
  const ofBuffer = (buffer: PlanBuffer): PlanBuffer =>
    buffer.modelAxis === null ? buffer : { ...buffer, shape: buffer.shape.with(buffer.modelAxis, models) };
  return {
    ...plan,
    shape: { ...plan.shape, models },
    buffers: mapValues(plan.buffers, ofBuffer),
    segments: mapValues(plan.segments, (dispatches) => dispatches.map(ofDispatch)),
  };
}

const mapValues = <K extends string, V>(record: Readonly<Record<K, V>>, map: (value: V) => V): Record<K, V> =>
  Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, map(value)])) as Record<K, V>;

/** What of the elements `from` … `to - 1` of a whole buffer is the share's, in order; its own elements have no gaps. */
export function stretchesOf({ shape, modelAxis }: PlanBuffer, share: Share, from: number, to: number): Stretch[] {
  if (modelAxis === null) return [{ whole: from, own: from, length: to - from }];
  const stride = shape.slice(modelAxis + 1).reduce((product, n) => product * n, 1);
  const [row, ownRow] = [shape[modelAxis]! * stride, share.models * stride];
  const stretches: Stretch[] = [];
  for (let r = Math.floor(from / row); r * row < to; r++) {
    const start = r * row + share.first * stride;
    const [begin, end] = [Math.max(from, start), Math.min(to, start + ownRow)];
    if (begin < end) stretches.push({ whole: begin, own: r * ownRow + begin - start, length: end - begin });
  }
  return stretches;
}
