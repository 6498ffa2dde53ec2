// The resident strategy's step segment: pack the settings, do all steps, and move the clock to their end.

import { ceilDiv } from '../../core/shape.ts';
import { RATE_SIZE } from '../../ops/optimizer.ts';
import { packedPlaces } from '../../ops/resident.ts';
import { maskWords } from '../memory.ts';
import type { Dispatch } from '../plan.ts';
import { residentKernel } from './kernel.ts';
import type { Network } from './network.ts';
import { isDrawn, keptOfStep } from './software.ts';

/**
 * @param steps rows of the step tables.
 * @param oneStep the layered dispatches of one step, which the resident one stands for.
 */
export function residentSegment(network: Network, steps: number, oneStep: readonly Dispatch[]): Dispatch[] {
  const places = placesOf(network, steps);
  return [
    {
      op: 'resident_pack',
      dims: places,
      buffers: same('clock', 'hyper', 'drop_keys', 'drop_scale', 'batch_rows', 'rates', 'order', 'settings'),
      constants: {},
      wholeRun: true,
    },
    ...trainingDispatches(network, steps, oneStep),
    { op: 'advance_clock', dims: { steps: 0 }, buffers: same('clock'), constants: {}, wholeRun: true },
  ];
}

/** Models from which on all cores train. */
const MANY_MODELS = 5;
/** Workgroups that SwiftShader runs side by side at most. */
const SIDE_BY_SIDE = 16;
/** Steps of a piece at most, pieces of a run, and what all words that there is room for may take. */
const PIECE_STEPS = 64;
const PIECES = 32;
const KEPT_BYTES = 16 << 20;

/** How dropout is drawn ahead of training. No result depends on it. */
interface Drawing {
  /** Steps of a dispatch at most. */
  readonly piece: number;
  /** By workgroups of their own, which draw the piece after the one that is trained on. */
  readonly aside: boolean;
}

/** Null where nothing is drawn, or as each row needs it. */
function drawingOf(network: Network): Drawing | null {
  const { models } = network.shape;
  if (network.preset.name !== 'software' || !isDrawn(network)) return null;
  const fit = Math.max(1, Math.floor(KEPT_BYTES / (4 * models * keptOfStep(network))));
  if (models >= MANY_MODELS) return { piece: fit, aside: false };
  return { piece: Math.max(1, Math.min(PIECE_STEPS, Math.floor(fit / 2))), aside: true };
}

/** Steps that there is room for. */
const ringOf = ({ piece, aside }: Drawing, steps: number): number => (aside ? 2 * piece : steps);

/** Rows of the step tables, of those that there could be: no more than the dispatches of one run cover. */
export function residentSteps(network: Network, most: number): number {
  const drawing = drawingOf(network);
  return drawing ? Math.min(most, drawing.piece * (drawing.aside ? PIECES : 1)) : most;
}

/** The buffer of what was drawn, (steps, M, words); empty where there is none. */
export function keptShape(network: Network, steps: number): number[] {
  const drawing = drawingOf(network);
  return drawing ? [ringOf(drawing, steps), network.shape.models, keptOfStep(network)] : [];
}

/**
 * One dispatch that trains on all steps; or, where few models leave cores idle, one more than there are pieces: each trains on a
 * piece, while other workgroups draw the dropout of the next.
 */
function trainingDispatches(network: Network, steps: number, oneStep: readonly Dispatch[]): Dispatch[] {
  const drawing = drawingOf(network);
  const kernel = residentKernel(network);
  const alone = { piece: steps, ring: steps, trainers: 1, train_from: 0, drawers: 0, draw_from: 0 };
  const dispatch = (place: Partial<typeof alone>, when: Partial<Dispatch>): Dispatch => ({
    op: 'resident_step',
    dims: { ...sizesOf(network, steps), ...placesOf(network, steps), ...alone, ...place },
    buffers: {
      ...same('train_x', 'train_y', 'settings', 'parameters', 'moments', 'losses', 'health'),
      kept: drawing ? 'kept' : 'drop_masks',
    },
    constants: {},
    wholeRun: true,
    kernel,
    ...when,
  });
  if (!drawing?.aside) return [dispatch({}, { standsFor: oneStep })];
  const { piece } = drawing;
  const pieces = ceilDiv(steps, piece);
  return Array.from({ length: pieces + 1 }, (_, p) => {
    const trained = (p - 1) * piece;
    const trains = p === 0 ? { trainers: 0 } : { train_from: trained };
    const drawers = p === pieces ? 0 : ceilDiv(SIDE_BY_SIDE, network.shape.models) - 1;
    const when = p === 0 ? {} : { moreThan: trained, ...(p === 1 && { standsFor: oneStep }) };
    return dispatch({ piece, ring: ringOf(drawing, steps), ...trains, drawers, draw_from: p * piece }, when);
  });
}

function placesOf({ shape }: Network, steps: number) {
  return packedPlaces({
    models: shape.models,
    layers: shape.layers.length,
    steps,
    batch: shape.gather ? shape.batch : 0,
    rateTables: shape.sharedRates ? 1 : shape.models,
  });
}

export const settingsLength = (network: Network, steps: number): number => placesOf(network, steps).end;

function sizesOf({ shape }: Network, steps: number) {
  return {
    models: shape.models,
    rows: shape.rows.train,
    rate_stride: shape.sharedRates ? 0 : RATE_SIZE * steps,
    health_stride: shape.layers.length + 1,
    mask_stride: shape.sharedMasks ? 0 : maskWords(shape),
  };
}

const same = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));
