// The training worker: owns one sweep, moves it on, and sends frames. Training of any backend stays off the page's thread.

import {
  checkGradient,
  createSession,
  createSweep,
  type GridView,
  type LoadedDataset,
  prepareRun,
  type Run,
  type Sweep,
} from '../../src/index.ts';
import type { Dots, Frame, Job, Order, Point, Report } from './protocol.ts';

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(report: Report, transfer?: Transferable[]): void;
};

const PICTURE_CELLS = 64;
/** Steps between two looks at the clock take about this long. */
const SLICE_MS = 40;

interface Open {
  readonly id: number;
  readonly job: Job;
  readonly sweep: Sweep;
  readonly view: GridView | null;
  readonly pointEvery: number;
  /** Points that no frame has carried yet. */
  pending: Point[];
  lastFrameMs: number;
  slice: number;
}

let open: Open | undefined;
/** Goes up with each order, so that a loop sees that it is no longer wanted. */
let orders = 0;
let last: Promise<void> = Promise.resolve();
let latestId = 0;

scope.onmessage = ({ data: order }) => {
  const mine = ++orders;
  if ('id' in order) latestId = order.id;
  last = last
    .then(() => obey(order, () => mine === orders))
    .catch((error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      scope.postMessage({ type: 'failed', id: latestId, name, message });
    });
};

async function obey(order: Order, isWanted: () => boolean): Promise<void> {
  if (order.type === 'open') return openJob(order.id, order.job);
  if (order.type === 'check') return check(order.id, order.run, order.epsilon);
  if (!open) return;
  const { sweep } = open;
  if (order.type === 'play') await advance(open, sweep.totalSteps, isWanted, order.stepsPerSecond);
  if (order.type === 'step') await advance(open, sweep.steps + order.count, () => true, null);
  if (order.type === 'rewind') await rewind(open);
  if (isWanted()) scope.postMessage({ type: 'stopped', id: open.id, done: sweep.steps >= sweep.totalSteps });
}

async function openJob(id: number, job: Job): Promise<void> {
  open?.sweep.dispose();
  open = undefined;
  const readText = async (path: string) => job.files?.[path] ?? Promise.reject(new Error('no such file'));
  const sweep = await createSweep(job.input, { backend: job.backend, readText });
  const { data, totalSteps } = sweep;
  const view = job.pictures ? viewOf(data) : null;
  const pointEvery =
    job.curvePoints > 0 ? Math.max(1, Math.round(totalSteps / job.curvePoints)) : Number.POSITIVE_INFINITY;
  open = { id, job, sweep, view, pointEvery, pending: [], lastFrameMs: 0, slice: 8 };
  const [train, test] = [dotsOf(data, 'train'), dotsOf(data, 'test')];
  const { backend } = sweep;
  scope.postMessage({ type: 'opened', id, opened: { backend, totalSteps, pointEvery, view, train, test } });
  await beginCurve(open);
}

async function check(id: number, run: Run, epsilon: number): Promise<void> {
  const { fitted, data } = await prepareRun(run);
  const { analytic, numeric } = await checkGradient(fitted, data, { epsilon });
  const session = await createSession(fitted, { backend: 'cpu', precision: 'f64' });
  const cut = (first: number, count: number) => ({
    analytic: analytic.slice(first, first + count),
    numeric: numeric.slice(first, first + count),
  });
  const layers = session.plan.places.map(({ wOffset, bOffset, fanIn, fanOut }) => ({
    w: cut(wOffset, fanIn * fanOut),
    b: cut(bOffset, fanOut),
  }));
  session.dispose();
  scope.postMessage({ type: 'checked', id, layers });
}

async function rewind(of: Open): Promise<void> {
  await of.sweep.reset();
  of.pending = [];
  await beginCurve(of);
}

async function beginCurve(of: Open): Promise<void> {
  of.pending.push(await measure(of.sweep));
  await sendFrame(of, true);
}

/** Curve points lie on multiples of `pointEvery`, so that they do not depend on how fast the machine is. */
async function advance(
  of: Open,
  target: number,
  isWanted: () => boolean,
  stepsPerSecond: number | null,
): Promise<void> {
  const { sweep, pointEvery } = of;
  while (sweep.steps < target && isWanted()) {
    const startedMs = performance.now();
    const nextPoint = pointEvery * (Math.floor(sweep.steps / pointEvery) + 1);
    const limit = stepsPerSecond === null ? of.slice : Math.min(of.slice, Math.ceil(stepsPerSecond / 20));
    const count = Math.min(target, nextPoint, sweep.steps + limit) - sweep.steps;
    await sweep.step(count);
    const elapsedMs = Math.max(0.1, performance.now() - startedMs);
    of.slice = Math.max(1, Math.min(4 * of.slice, Math.round((count * SLICE_MS) / elapsedMs)));
    if (sweep.steps === nextPoint || sweep.steps === sweep.totalSteps) of.pending.push(await measure(sweep));
    if (performance.now() - of.lastFrameMs >= 1000 / of.job.frameRate) await sendFrame(of);
    if (stepsPerSecond !== null) await sleep((1000 * count) / stepsPerSecond - (performance.now() - startedMs));
  }
  await sendFrame(of);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function measure(sweep: Sweep): Promise<Point> {
  const losses = [...(await sweep.losses())];
  return { step: sweep.steps, losses, scores: await sweep.evaluate() };
}

async function sendFrame(of: Open, restart = false): Promise<void> {
  of.lastFrameMs = performance.now();
  const { sweep, view, pending } = of;
  const newest = pending[pending.length - 1];
  const now = newest?.step === sweep.steps ? newest : await measure(sweep);
  const grids = view ? (await sweep.decisionGrid(view)).map((grid) => Float32Array.from(grid)) : [];
  const slopes = of.job.slopes ? await slopesOf(sweep) : [];
  const frame: Frame = { points: pending, now, grids, slopes, restart };
  of.pending = [];
  scope.postMessage(
    { type: 'frame', id: of.id, frame },
    grids.map(({ buffer }) => buffer),
  );
}

async function slopesOf(sweep: Sweep): Promise<number[][]> {
  const models = await sweep.gradients();
  const rms = (values: ArrayLike<number>) => Math.hypot(...Array.from(values)) / Math.sqrt(values.length);
  return models.map((layers) => layers.map(({ w }) => rms(w)));
}

/** A square around all points, with some air; null where the data has no plane of two classes. */
function viewOf(data: LoadedDataset): GridView | null {
  if (data.inputs !== 2 || data.classes !== 2) return null;
  const x = [...data.train.x, ...(data.test?.x ?? [])];
  const range = (axis: number): [number, number] => {
    const values = x.filter((_, i) => i % 2 === axis);
    return [Math.min(...values), Math.max(...values)];
  };
  const ranges = [range(0), range(1)] as const;
  const half = 0.56 * Math.max(...ranges.map(([low, high]) => high - low));
  const around = ([low, high]: readonly [number, number]) =>
    [(low + high) / 2 - half, (low + high) / 2 + half] as const;
  return { x: around(ranges[0]), y: around(ranges[1]), columns: PICTURE_CELLS, rows: PICTURE_CELLS };
}

function dotsOf(data: LoadedDataset, set: 'train' | 'test'): Dots | null {
  const rows = data[set];
  if (!rows || data.inputs !== 2) return null;
  return { x: Float32Array.from(rows.x), y: Uint8Array.from(rows.y) };
}
