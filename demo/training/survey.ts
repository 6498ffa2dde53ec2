// The worker's part in loss landscapes: remembers the weights on the way, and looks at the ground around them.

import { type Landscape, type LandscapeOptions, lossLandscape, SpecError, type Weights } from '../../src/index.ts';
import type { Groups } from './groups.ts';
import type { Foot, Ground, GroundOrWhy, Survey, SurveyKind } from './protocol.ts';

/** Every model's weights at one step of the clock. */
export interface Stop {
  readonly step: number;
  /** Updates that each model has made, [models]. */
  readonly steps: readonly number[];
  /** [models] */
  readonly weights: readonly Weights[];
}

/** Odd, so that the network itself is the middle cell. */
const CELLS = [63, 47, 31, 21] as const;
/** Multiply-adds of all cells that take about two seconds. */
const AFFORDABLE = { cpu: 1.5e9, webgpu: 2e10 } as const;

/**
 * Looks around every model (`each`), or along the way of all of them together from their common start (`shared`).
 *
 * @param trail the stops so far, the present one last.
 * @throws the reason of `signal` when it is aborted.
 */
export async function surveyOf(
  groups: Groups,
  trail: readonly Stop[],
  kind: SurveyKind,
  signal: AbortSignal,
  onPart: (part: number) => void,
): Promise<Survey> {
  const planes = kind === 'each' ? 2 * groups.models : 1;
  let done = 0;
  const look = async (model: number, paths: readonly Way[], options: LandscapeOptions): Promise<GroundOrWhy> => {
    const onProgress = (cells: number, all: number) => onPart((done + cells / all) / planes);
    const ground = await lookAround(groups, model, paths, { ...options, signal, onProgress });
    done += 1;
    return ground;
  };
  const step = groups.steps;
  if (kind === 'shared') {
    const ways = Array.from({ length: groups.models }, (_, m) => wayOf(trail, m));
    const start = trail[0]!.weights[0]!;
    return { step, kind, all: await look(0, ways, { directions: 'path', centre: start }) };
  }
  const [around, along]: [GroundOrWhy[], GroundOrWhy[]] = [[], []];
  for (let m = 0; m < groups.models; m++) {
    const way = [wayOf(trail, m)];
    around.push(await look(m, way, { directions: 'random' }));
    along.push(await look(m, way, { directions: 'path' }));
  }
  return { step, kind, around, along };
}

/** One model's weights on the way, as long as they were finite. */
type Way = readonly { readonly step: number; readonly weights: Weights }[];

function wayOf(trail: readonly Stop[], model: number): Way {
  const way = trail.map(({ steps, weights }) => ({ step: steps[model]!, weights: weights[model]! }));
  const holds = ({ weights }: Way[number]) =>
    weights.every(({ w, b }) => w.every(Number.isFinite) && b.every(Number.isFinite));
  const end = way.findIndex((stop) => !holds(stop));
  return end < 0 ? way : way.slice(0, end);
}

async function lookAround(
  groups: Groups,
  model: number,
  ways: readonly Way[],
  options: LandscapeOptions,
): Promise<GroundOrWhy> {
  const session = await groups.session(model);
  try {
    const work = session.data.train.count * session.plan.params;
    const cells = CELLS.find((each) => each * each * work <= AFFORDABLE[session.backend.name]) ?? CELLS.at(-1)!;
    const path = ways.flatMap((way) => way.map(({ weights }) => weights));
    return groundOf(await lossLandscape(session, { cells, ...options, path }), ways);
  } catch (error) {
    if (error instanceof SpecError) return { why: whyNot(error) };
    throw error;
  } finally {
    session.dispose();
  }
}

function groundOf({ x, y, losses, centre, path, captured }: Landscape, ways: readonly Way[]): Ground {
  let next = 0;
  const paths = ways.map((way) => way.map(({ step }): Foot => ({ step, ...path[next++]! })));
  return { x, y, losses, centre, paths, captured };
}

/** In the page's words: a person has chosen no `directions`. */
function whyNot({ path }: SpecError): string {
  if (path === 'path') return 'The network has not moved yet, so there is no path to look along.';
  if (path === 'directions') return 'Every weight is 0, and steps as long as the weights lead nowhere.';
  return 'Training has diverged: its weights are no numbers any more, so there is no ground to stand on.';
}
