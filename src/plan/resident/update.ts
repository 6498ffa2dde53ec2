// One update of one parameter, in the formulas of shaders/optimizer_step.wgsl. Names as in the papers.

import { MOMENTS } from '../../ops/optimizer.ts';
import type { Lines, Network } from './network.ts';

/** What the tables say of this step. */
export function tableRow(network: Network): Lines {
  if (!network.shape.gather) return stepSettings(network);
  return [
    'let batch_rows = settings[dims.batch_rows_at + slot];',
    `let order = dims.order_at + slot * ${network.shape.batch}u;`,
    ...stepSettings(network),
  ];
}

/** Values of the step that an update uses: the rate, and Adam's bias corrections 1 / (1 − βᵗ). */
function stepSettings(network: Network): Lines {
  const rate = 'let rate = dims.rates_at + model * dims.rate_stride + 4u * slot;';
  const alpha = 'let alpha = hyper.learning_rate * setting(rate);';
  if (!isAdam(network)) return [rate, alpha];
  return [rate, alpha, 'let correct_v = setting(rate + 1u);', 'let correct_s = setting(rate + 2u);'];
}

/** The names of the running averages: v or s alone, or v and s. */
export function momentNames(network: Network): readonly string[] {
  if (isAdam(network)) return ['v', 's'];
  return MOMENTS[network.shape.optimizer] === 0 ? [] : [network.shape.optimizer === 'rmsprop' ? 's' : 'v'];
}

/**
 * The update of one parameter.
 *
 * @param at what follows the names w, g, v and s for this parameter: `[7]`, say.
 * @param decay its weight decay, where it has any.
 */
export function updateOne(network: Network, at: string, decay: string | null): Lines {
  const w = `w${at}`;
  const g = `g${at}`;
  const v = `v${at}`;
  const s = `s${at}`;
  const first = `${v} = (1.0 - hyper.share1) * ${v} + hyper.share1 * ${g};`;
  const second = `${s} = (1.0 - hyper.share2) * ${s} + hyper.share2 * ${g} * ${g};`;
  switch (network.shape.optimizer) {
    case 'sgd':
      return [`${w} -= alpha * ${g};`];
    case 'momentum':
      return [first, `${w} -= alpha * ${v};`];
    case 'nesterov':
      return [first, `${w} -= alpha * ((1.0 - hyper.share1) * ${v} + hyper.share1 * ${g});`];
    case 'rmsprop':
      return [second, `${w} -= alpha * ${g} / (sqrt(${s}) + hyper.epsilon);`];
    case 'adam':
      return [first, second, `${w} -= alpha * ${adamRatio(network, v, s)};`];
    case 'adamw': {
      const shrink = decay === null ? '' : ` + ${decay} * ${w}`;
      return [first, second, `${w} -= alpha * (${adamRatio(network, v, s)}${shrink});`];
    }
  }
}

function adamRatio({ shape }: Network, v: string, s: string): string {
  const scale = shape.epsilonInside
    ? `sqrt(${s} * correct_s + hyper.epsilon)`
    : `(sqrt(${s} * correct_s) + hyper.epsilon)`;
  return `${v} * correct_v / ${scale}`;
}

function isAdam({ shape }: Network): boolean {
  return shape.optimizer === 'adam' || shape.optimizer === 'adamw';
}
