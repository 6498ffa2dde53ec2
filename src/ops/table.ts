// The op table: the only place where CPU and GPU meet. Every @compute entry under shaders/ has a row here.

import { activationForward } from './activation.ts';
import { advanceClock, decisionGrid } from './batch.ts';
import {
  denseForward,
  denseForwardSubgroup,
  denseForwardTiled,
  denseForwardWide,
  denseGradW,
  denseGradWSubgroup,
  denseGradWTiled,
  denseGradWWide,
  denseGradX,
  denseGradXSubgroup,
  denseGradXTiled,
  denseGradXWide,
  sumGradients,
} from './dense.ts';
import { dropoutMask } from './dropout.ts';
import { lossHead, objective, probabilities, scoreRows } from './loss.ts';
import type { Op } from './op.ts';
import { clipGradient, optimizerStep } from './optimizer.ts';
import { residentPack, residentStep } from './resident.ts';

const rows = {
  dense_forward: denseForward,
  dense_forward_wide: denseForwardWide,
  dense_forward_subgroup: denseForwardSubgroup,
  dense_forward_tiled: denseForwardTiled,
  activation_forward: activationForward,
  dropout_mask: dropoutMask,
  loss_head: lossHead,
  objective,
  dense_grad_x: denseGradX,
  dense_grad_x_wide: denseGradXWide,
  dense_grad_x_subgroup: denseGradXSubgroup,
  dense_grad_x_tiled: denseGradXTiled,
  dense_grad_w: denseGradW,
  dense_grad_w_wide: denseGradWWide,
  dense_grad_w_subgroup: denseGradWSubgroup,
  dense_grad_w_tiled: denseGradWTiled,
  sum_gradients: sumGradients,
  clip_gradient: clipGradient,
  optimizer_step: optimizerStep,
  advance_clock: advanceClock,
  resident_pack: residentPack,
  resident_step: residentStep,
  score_rows: scoreRows,
  probabilities,
  decision_grid: decisionGrid,
};

export type OpName = keyof typeof rows;
export type OpTable = typeof rows;

/** A row by its name, as the plain `Op` that interpreters work with. */
export const ops = rows as unknown as Readonly<Record<OpName, Op>>;

export { rows as opRows };
