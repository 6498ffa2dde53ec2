// One update of the parameters of one tensor, four at a time.  Names and sources as in src/ops/optimizer.ts.

import { ADAM, ADAMW, MOMENTUM, NESTEROV, RMSPROP } from './codes';
import { storeFour } from './product';

/**
 * w = w − update; first and second are the running averages.
 *
 * @returns whether every weight is finite
 */
export function update(
  optimizer: i32, epsilonInside: bool, w: usize, g: usize, first: usize, second: usize, size: i32, rate: f32,
  share1: f32, share2: f32, epsilon: f32, decay: f32, correction1: f32, correction2: f32,
): bool {
  const rates = f32x4.splat(rate);
  const new1 = f32x4.splat(share1), old1 = f32x4.splat(1 - share1);
  const new2 = f32x4.splat(share2), old2 = f32x4.splat(1 - share2);
  const epsilons = f32x4.splat(epsilon), decays = f32x4.splat(decay);
  const corrections1 = f32x4.splat(correction1), corrections2 = f32x4.splat(correction2);
  let total = f32x4.splat(0); // of weights times 0: NaN where one is not finite
  for (let p: usize = 0, left = size; left > 0; p += 16, left -= 4) {
    const slope = v128.load(g + p);
    const weight = v128.load(w + p);
    let change = slope;
    if (optimizer === MOMENTUM || optimizer === NESTEROV) {
      const v = f32x4.add(f32x4.mul(old1, v128.load(first + p)), f32x4.mul(new1, slope));
      storeFour(first + p, v, left);
      change = optimizer === MOMENTUM ? v : f32x4.add(f32x4.mul(old1, v), f32x4.mul(new1, slope));
    } else if (optimizer === RMSPROP) {
      const s = f32x4.add(f32x4.mul(old2, v128.load(first + p)), f32x4.mul(f32x4.mul(new2, slope), slope));
      storeFour(first + p, s, left);
      change = f32x4.div(slope, f32x4.add(f32x4.sqrt(s), epsilons));
    } else if (optimizer === ADAM || optimizer === ADAMW) {
      const v = f32x4.add(f32x4.mul(old1, v128.load(first + p)), f32x4.mul(new1, slope));
      const s = f32x4.add(f32x4.mul(old2, v128.load(second + p)), f32x4.mul(f32x4.mul(new2, slope), slope));
      storeFour(first + p, v, left);
      storeFour(second + p, s, left);
      const sHat = f32x4.mul(s, corrections2);
      const root = epsilonInside ? f32x4.sqrt(f32x4.add(sHat, epsilons)) : f32x4.add(f32x4.sqrt(sHat), epsilons);
      change = f32x4.add(f32x4.div(f32x4.mul(v, corrections1), root), f32x4.mul(decays, weight));
    }
    const moved = f32x4.sub(weight, f32x4.mul(rates, change));
    storeFour(w + p, moved, left);
    const mine = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left));
    total = f32x4.add(total, f32x4.mul(v128.and(moved, mine), f32x4.splat(0)));
  }
  return v128.all_true<i32>(f32x4.eq(total, f32x4.splat(0)));
}
