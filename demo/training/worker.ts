// The training worker: owns the sweeps of one job, moves them on, and sends frames. Training of any backend stays off the page's thread.

import {
  checkGradient,
  createSession,
  DeviceLostError,
  type Finding,
  type GridView,
  type LayerTensors,
  layerOutputs,
  prepareRun,
  type Run,
  resultDocument,
  SpecError,
  standardize,
  toCsv,
  toJson,
} from '../../src/index.ts';
import { createGroups, type Groups, type GroupsState } from './groups.ts';
import { findingsOf, keptOf, sizesOf } from './insight.ts';
import { cellRows, dotsOf, viewOf } from './plane.ts';
import {
  type Frame,
  type Job,
  type LayerPictures,
  type Order,
  type Point,
  type Report,
  type Taken,
  UNIT_CELLS,
  type Watch,
} from './protocol.ts';
import { type Stop, surveyOf } from './survey.ts';
import { tensorPicture } from './tensor-picture.ts';

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(report: Report, transfer?: Transferable[]): void;
};

/** Steps between two looks at the clock take about this long. */
const SLICE_MS = 40;
/** How old what is kept for a lost device may become. */
const KEEP_MS = 1000;
/** Looking for what is wrong takes a tenth of the time at most, and happens twice a second at most. */
const LOOK_MS = 500;
const LOOK_SHARE = 0.1;
/** A device that is lost more often than this is left alone. */
const MOST_LOSSES = 3;

interface Open {
  readonly id: number;
  readonly job: Job;
  groups: Groups;
  readonly view: GridView | null;
  readonly pointEvery: number;
  /** Points that no frame has carried yet. */
  pending: Point[];
  lastFrameMs: number;
  slice: number;
  /** The newest step with a point of the curve. */
  lastPoint: number;
  /** What a new device goes on from; null: from the start. */
  kept: GroupsState | null;
  lastKeptMs: number;
  losses: number;
  /** All points of the curve so far. */
  curve: Point[];
  findings: readonly (readonly Finding[])[];
  /** When to look again for what is wrong. */
  nextLookMs: number;
  /** Weights at the points of the curve, where a survey is wanted. */
  trail: Stop[];
  readonly setupMs: number;
  /** Spent on steps. */
  trainMs: number;
}

let open: Open | undefined;
let watch: Watch = { tensors: false, units: false };
/** Goes up with each order, so that a loop sees that it is no longer wanted. */
let orders = 0;
let last: Promise<void> = Promise.resolve();
let latestId = 0;

/** Models whose files are asked for. */
const wanted: Extract<Order, { type: 'take' }>[] = [];

scope.onmessage = ({ data: order }) => {
  if (order.type === 'watch') {
    watch = order.watch; // a loop that trains goes on, and its next frame has it
    const of = open;
    if (of) enqueue(() => throughLosses(of, () => sendFrame(of, 'going')));
    return;
  }
  if (order.type === 'take') {
    wanted.push(order);
    enqueue(async () => {
      if (open) await throughLosses(open, handOver);
    });
    return;
  }
  const mine = ++orders;
  if ('id' in order) latestId = order.id;
  enqueue(() => obey(order, () => mine === orders));
};

function enqueue(work: () => Promise<void>): void {
  last = last.then(work).catch((error: unknown) => {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const path = error instanceof SpecError ? { path: error.path } : {};
    scope.postMessage({ type: 'failed', id: latestId, name, message, ...path });
  });
}

async function obey(order: Order, isWanted: () => boolean): Promise<void> {
  if (order.type === 'open') return openJob(order.id, order.job, isWanted);
  if (order.type === 'check') return check(order.id, order.run, order.epsilon);
  if (!open) return;
  const of = open;
  const { steps, totalSteps } = of.groups;
  await throughLosses(of, async () => {
    if (order.type === 'play') await advance(of, totalSteps, isWanted, order.stepsPerSecond);
    if (order.type === 'step') await advance(of, steps + order.count, () => true, null);
    if (order.type === 'rewind') await rewind(of);
  });
  if (isWanted()) scope.postMessage({ type: 'stopped', id: of.id, done: isDone(of.groups) });
  await throughLosses(of, () => survey(of, isWanted));
}

function isDone({ hasEnded, steps, totalSteps }: Groups): boolean {
  return hasEnded || steps >= totalSteps;
}

async function survey(of: Open, isWanted: () => boolean): Promise<void> {
  const { id, groups, trail } = of;
  const kind = of.job.survey;
  if (!kind || !isWanted() || (kind === 'shared' && !isDone(groups))) return;
  const control = new AbortController();
  const onPart = (part: number) => {
    if (isWanted()) scope.postMessage({ type: 'surveying', id, part });
    else control.abort();
  };
  onPart(0);
  const last = trail.at(-1)?.step === groups.steps ? [] : [await stopAt(groups)];
  try {
    const found = await surveyOf(groups, [...trail, ...last], kind, control.signal, onPart);
    if (isWanted()) scope.postMessage({ type: 'surveyed', id, survey: found });
  } catch (error) {
    if (error !== control.signal.reason) throw error;
  }
}

const stopAt = async (groups: Groups): Promise<Stop> => ({
  step: groups.steps,
  steps: groups.modelSteps(),
  weights: await groups.weights(),
});

/** Does `work`, again from what was kept whenever the device is lost on the way. */
async function throughLosses(of: Open, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DeviceLostError)) throw error;
      await recover(of, error.message);
    }
  }
}

async function recover(of: Open, reason: string): Promise<void> {
  of.losses += 1;
  of.groups = await otherGroups(of);
  if (of.kept) await of.groups.restore(of.kept);
  const { steps: step, backend } = of.groups;
  scope.postMessage({ type: 'recovered', id: of.id, recovery: { step, backend, reason } });
}

/** On a new device, or on the CPU where none is to be had or none lasts. */
async function otherGroups({ job, losses }: Open): Promise<Groups> {
  if (losses > MOST_LOSSES || job.backend === 'cpu') return groupsOf(job, 'cpu');
  return groupsOf(job, job.backend).catch(() => groupsOf(job, 'cpu'));
}

function groupsOf(job: Job, backend: Job['backend']): Promise<Groups> {
  const readText = async (path: string) =>
    job.files?.[path] ?? Promise.reject(new Error('the page does not hold it: choose the file again'));
  return createGroups(job.groups, { backend, readText });
}

async function openJob(id: number, job: Job, isWanted: () => boolean): Promise<void> {
  scope.postMessage({ type: 'begun', id });
  open?.groups.dispose();
  open = undefined;
  const startedMs = performance.now();
  const groups = await groupsOf(job, job.backend);
  const setupMs = performance.now() - startedMs;
  const { data, totalSteps } = groups;
  const fitting = job.pictures ? viewOf(data) : null;
  const view = fitting && { ...fitting, ...job.plane };
  const pointEvery = spacingOf(groups, job.curvePoints);
  const kept = { lastPoint: -1, kept: null, lastKeptMs: Number.NEGATIVE_INFINITY, losses: 0 };
  open = {
    id,
    job,
    groups,
    view,
    pointEvery,
    pending: [],
    lastFrameMs: 0,
    slice: 8,
    ...kept,
    setupMs,
    trainMs: 0,
    curve: [],
    findings: [],
    nextLookMs: 0,
    trail: [],
  };
  const [train, test] = [dotsOf(data, 'train'), dotsOf(data, 'test')];
  const { backend } = groups;
  const runs = Array.from({ length: groups.models }, (_, m) => groups.run(m));
  const { inputs, classes } = data;
  const lengths = groups.lengths();
  const opened = { backend, totalSteps, lengths, pointEvery, runs, inputs, classes, view, train, test };
  scope.postMessage({ type: 'opened', id, opened });
  const of = open;
  await throughLosses(of, () => beginCurve(of));
  await throughLosses(of, () => survey(of, isWanted));
}

/** Steps between two points of the curve: at each of them all groups are at the same part of their runs. */
function spacingOf({ totalSteps, round }: Groups, curvePoints: number): number {
  if (curvePoints === 0) return Number.POSITIVE_INFINITY;
  return round * Math.max(1, Math.round(totalSteps / round / curvePoints));
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
  await of.groups.reset();
  of.kept = null;
  of.trainMs = 0;
  await beginCurve(of);
}

async function beginCurve(of: Open): Promise<void> {
  of.pending = [];
  of.curve = [];
  of.lastPoint = -1;
  of.trail = [];
  await addPoint(of);
  await sendFrame(of, 'start');
}

/** After a loss some steps are made a second time; their points are there already. */
async function addPoint(of: Open): Promise<void> {
  if (of.groups.steps <= of.lastPoint) return;
  const point = await measure(of.groups);
  of.pending.push(point);
  of.curve.push(point);
  if (of.job.survey) of.trail.push(await stopAt(of.groups));
  of.lastPoint = of.groups.steps;
}

/** Curve points lie on multiples of `pointEvery`, so that they do not depend on how fast the machine is. */
async function advance(
  of: Open,
  target: number,
  isWanted: () => boolean,
  stepsPerSecond: number | null,
): Promise<void> {
  const { groups, pointEvery } = of;
  while (groups.steps < target && !groups.hasEnded && isWanted()) {
    const startedMs = performance.now();
    const nextPoint = pointEvery * (Math.floor(groups.steps / pointEvery) + 1);
    const limit = stepsPerSecond === null ? of.slice : Math.min(of.slice, Math.ceil(stepsPerSecond / 20));
    const count = Math.min(target, nextPoint, groups.steps + limit) - groups.steps;
    await groups.goOn(groups.steps + count);
    const elapsedMs = Math.max(0.1, performance.now() - startedMs);
    of.trainMs += elapsedMs;
    of.slice = Math.max(1, Math.min(4 * of.slice, Math.round((count * SLICE_MS) / elapsedMs)));
    if (groups.steps === nextPoint || groups.steps === groups.totalSteps || groups.hasEnded) await addPoint(of);
    if (performance.now() - of.lastFrameMs >= 1000 / of.job.frameRate) await sendFrame(of, 'going');
    if (performance.now() - of.lastKeptMs >= KEEP_MS) await keep(of);
    await handOver();
    if (stepsPerSecond !== null) await sleep((1000 * count) / stepsPerSecond - (performance.now() - startedMs));
  }
  await sendFrame(of, 'rest');
  await keep(of);
}

// ---------------------------------------------------------------- taking away

/** Answers what is asked for about the open job; what was asked about another is forgotten. */
async function handOver(): Promise<void> {
  while (wanted[0]) {
    const { id, model } = wanted[0];
    if (open?.id === id) scope.postMessage({ type: 'taken', id, taken: await filesOf(open, model) });
    wanted.shift();
  }
}

async function filesOf({ groups, setupMs, trainMs }: Open, model: number): Promise<Taken> {
  const { sweep, index } = groups.at(model);
  const run = sweep.run(index);
  const { backend, steps } = sweep;
  const diverged = (await sweep.divergences())[index]!;
  const outcome = {
    ...{ run, backend, steps, diverged, setupMs, trainMs },
    stopped: steps < sweep.totalSteps,
    record: (await sweep.records())[index]!,
    scores: (await sweep.evaluate())[index]!,
    classNames: sweep.data.classNames,
  };
  const result = resultDocument(outcome, {});
  const weights = diverged ? null : await sweep.toSafetensors(index);
  return { model, run, result: `${toJson(result, 2)}\n`, weights, rows: toCsv(sweep.data) };
}

// ---------------------------------------------------------------- a lost device

/** The CPU cannot be lost. */
async function keep(of: Open): Promise<void> {
  if (of.groups.backend.name === 'cpu') return;
  of.kept = await of.groups.state();
  of.lastKeptMs = performance.now();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function measure(groups: Groups): Promise<Point> {
  const { steps: step } = groups;
  return { step, steps: groups.modelSteps(), losses: await groups.losses(), scores: await groups.evaluate() };
}

/** @param at the start of a curve, on the way, or where training stands still */
async function sendFrame(of: Open, at: 'start' | 'going' | 'rest'): Promise<void> {
  of.lastFrameMs = performance.now();
  const { groups, view, pending, job } = of;
  const newest = pending[pending.length - 1];
  const now = newest?.step === groups.steps ? newest : await measure(groups);
  const grids = view ? await groups.decisionGrid(view) : [];
  const sizes = job.sizes ? await sizesOf(groups) : [];
  const kept = job.kept ? keptOf(groups) : [];
  if (job.findings && (at !== 'going' || performance.now() >= of.nextLookMs)) await lookForFaults(of, now);
  const weights = watch.tensors || watch.units ? (await groups.at(0).sweep.weights())[0]! : null;
  const gradients = watch.tensors ? (await groups.at(0).sweep.gradients())[0]! : null;
  const tensors = weights && picturesOf(weights, gradients);
  const units = watch.units && view && weights ? unitsOf(groups, weights, view) : null;
  const insight = { sizes, kept, findings: of.findings, tensors, units };
  const frame: Frame = { points: pending, now, grids, ...insight, restart: at === 'start' };
  of.pending = [];
  scope.postMessage(
    { type: 'frame', id: of.id, frame },
    [...grids, ...(units ?? [])].map(({ buffer }) => buffer as ArrayBuffer),
  );
}

async function lookForFaults(of: Open, now: Point): Promise<void> {
  const startedMs = performance.now();
  const curve = of.curve.at(-1)?.step === now.step ? of.curve : [...of.curve, now];
  of.findings = await findingsOf(of.groups, curve);
  const endMs = performance.now();
  of.nextLookMs = endMs + Math.max(LOOK_MS, (endMs - startedMs) / LOOK_SHARE);
}

function picturesOf(weights: readonly LayerTensors[], gradients: readonly LayerTensors[] | null): LayerPictures[] {
  return weights.map(({ w, shape }, l) => ({
    weights: tensorPicture(w, shape),
    gradients: gradients && tensorPicture(gradients[l]!.w, shape),
  }));
}

/** What the units of the first model put out over the view, for each layer [units × cells]. */
function unitsOf(groups: Groups, weights: readonly LayerTensors[], view: GridView): Float32Array[] {
  const { scaling } = groups.data;
  const cells = cellRows(view, UNIT_CELLS);
  const { layers } = groups.run(0);
  const outputs = layerOutputs(layers, weights, scaling ? standardize(cells, scaling) : cells);
  return outputs.map((each, l) => transposed(each, layers[l]!.units));
}

/** [rows × units] → [units × rows] */
function transposed(outputs: Float64Array, units: number): Float32Array {
  const rows = outputs.length / units;
  return Float32Array.from(outputs, (_, i) => outputs[(i % rows) * units + Math.floor(i / rows)]!);
}
