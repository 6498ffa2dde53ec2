// What is wrong with a network in training, in words, each with one change of its document that would help. Pure: a snapshot
// goes in, findings come out. (`doctor.ts` is about the machine: adapters and backends.)

import type { Divergence } from '../core/errors.ts';
import { sum } from '../core/shape.ts';
import type { LoadedDataset } from '../data/load.ts';
import { OPTIMIZERS } from '../spec/defaults.ts';
import type { ActivationName, CanonicalRun, InitScheme, Run } from '../spec/types.ts';
import type { Evaluation, Score } from './fleet.ts';
import { type LayerStatistics, layerStatistics, sampleRows, variation } from './inspect.ts';
import type { LayerTensors } from './weights.ts';

export type FindingKind =
  | 'diverged'
  | 'symmetry'
  | 'dead'
  | 'exploding'
  | 'saturated'
  | 'vanishing'
  | 'rate'
  | 'overfitting';

/** Keys that replace those of a run document: `{ ...run, ...patch }` is the mended copy. */
export type RunPatch = Partial<Run>;

export interface Fix {
  /** What it does, for a button: "Start with He initialization". */
  readonly label: string;
  readonly patch: RunPatch;
}

export interface Finding {
  readonly kind: FindingKind;
  /** The layer that it is about, counted from 1; null where it is about the whole network. */
  readonly layer: number | null;
  /** What is wrong and why, with the numbers: one or two sentences. */
  readonly text: string;
  readonly fix: Fix;
}

/** Scores at one step. */
export interface ScoredStep {
  readonly step: number;
  readonly scores: Evaluation;
}

/** One model at one moment of its training. */
export interface Snapshot {
  readonly run: CanonicalRun;
  readonly data: LoadedDataset;
  /** As `weights()` and `gradients()` give them. */
  readonly weights: readonly LayerTensors[];
  readonly gradients: readonly LayerTensors[];
  /** Scores since the start, in order; the last ones are those of now. */
  readonly curve: readonly ScoredStep[];
  readonly divergence: Divergence | null;
}

/**
 * What is wrong; empty for a network that is well. A cause gets one finding, not one for each way in which it shows.
 */
export function diagnose(snapshot: Snapshot): Finding[] {
  if (snapshot.divergence) return [diverged(snapshot.run, snapshot.data, snapshot.divergence)];
  const patient = examine(snapshot);
  const signal = symmetry(patient) ?? (patient.hasLearned ? null : badSignal(patient));
  const found = [signal, rate(patient), overfitting(patient)].filter((finding) => finding !== null);
  return found.filter(({ fix }, i) => found.findIndex((other) => other.fix.label === fix.label) === i);
}

// ---------------------------------------------------------------- looking

interface Patient extends Snapshot {
  readonly layers: readonly LayerStatistics[];
  /** How much the inputs vary, measured as in `LayerStatistics`. */
  readonly inputs: number;
  /** Loss of the best answer that looks at no input. */
  readonly baseline: number;
  /** Is the training loss less than half of that? What a network that has learned looks like inside is no fault. */
  readonly hasLearned: boolean;
}

function examine(snapshot: Snapshot): Patient {
  const { run, data, weights, gradients, curve } = snapshot;
  const x = sampleRows(data);
  const baseline = baselineLoss(run, data);
  const hasLearned = curve.at(-1)!.scores.train.loss < baseline / 2;
  const layers = layerStatistics(run.layers, weights, gradients, x);
  return { ...snapshot, layers, inputs: variation(x, data.inputs), baseline, hasLearned };
}

/** The entropy of the classes for cross-entropies; the variance of the targets for mean squared error. */
function baselineLoss({ loss }: CanonicalRun, { train, targets }: LoadedDataset): number {
  if (loss === 'meanSquaredError') return targets * variation(train.y, targets) ** 2;
  const columns = Array.from({ length: targets }, (_, t) => train.y.filter((_, i) => i % targets === t));
  return sum(columns.map((y) => entropy(loss, y)));
}

function entropy(loss: CanonicalRun['loss'], y: Float64Array): number {
  const ones = sum(y) / y.length;
  const shares = loss === 'softmaxCrossEntropy' ? classShares(y) : [ones, 1 - ones];
  return -sum(shares.filter((p) => p > 0).map((p) => p * Math.log(p)));
}

function classShares(y: Float64Array): number[] {
  const counts = new Map<number, number>();
  for (const label of y) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts.values()].map((count) => count / y.length);
}

// ---------------------------------------------------------------- signals

/** The first of them that applies: each can be what makes the next ones appear. */
function badSignal(patient: Patient): Finding | null {
  const thrown = dead(patient) ?? exploding(patient) ?? saturated(patient);
  if (!thrown) return vanishing(patient);
  return wasThrown(patient) ? tooFast(patient, thrown) : thrown;
}

/** Steps at a rate far above the usual can bring any weights anywhere; inputs of another scale do as much by themselves. */
const wasThrown = ({ run, data, curve }: Patient): boolean =>
  isFast(run) && curve.at(-1)!.step > 0 && !isWide(run, data);

/** The rate is what is wrong; what became of the units only shows it. */
function tooFast({ run }: Patient, { text }: Finding): Finding {
  return {
    kind: 'rate',
    layer: null,
    text: `Steps at a learning rate of ${plain(run.optimizer.learningRate)} threw the weights far off. ${text}`,
    fix: lowerRate(run),
  };
}

/** Units whose weights in and out are equal get equal gradients, and stay equal for ever. Goodfellow et al. 2016, §8.4. */
function symmetry({ run, weights }: Patient): Finding | null {
  const l = weights.findIndex((tensors, i) => i < weights.length - 1 && areTwins(tensors, weights[i + 1]!));
  if (l < 0) return null;
  const all = run.layers[l]!.units;
  return {
    kind: 'symmetry',
    layer: l + 1,
    text: `All ${all} units of layer ${l + 1} have the same weights, so they compute the same and get the same gradient. They can never become different: the layer works like a single unit.`,
    fix: scaledStart(run),
  };
}

/** Equal rows in, and equal columns out. */
function areTwins({ w, b, shape: [units, fanIn] }: LayerTensors, next: LayerTensors): boolean {
  if (units < 2) return false;
  const rowsEqual = w.every((value, i) => value === w[i % fanIn]) && b.every((value) => value === b[0]);
  return rowsEqual && next.w.every((value, i) => value === next.w[Math.floor(i / units) * units]);
}

/** From this part of a layer on it is a fault: networks that learn well have single dead units, narrow ones half of a layer. */
const MANY_DEAD = 0.75;

/** A relu unit that is 0 for every row has no gradient and never comes back. Lu et al. 2019, arXiv:1903.06733. */
function dead(patient: Patient): Finding | null {
  const { run, layers } = patient;
  const l = layers.findIndex(({ dead: part }) => part >= MANY_DEAD);
  if (l < 0) return null;
  const { units } = run.layers[l]!;
  const many = Math.round(layers[l]!.dead * units);
  const { reason, fix } = blame(patient, isScaled(run.init.scheme) ? leaky(run) : scaledStart(run));
  return {
    kind: 'dead',
    layer: l + 1,
    text: `${many} of the ${units} ReLU units in layer ${l + 1} put out 0 for every training row. Where ReLU is 0 it passes no gradient, so no step brings them back. ${reason}`.trim(),
    fix,
  };
}

/** Signals this many times as wide as the inputs. He et al. 2015, arXiv:1502.01852, §2.2: a layer’s factor is to be near 1. */
const TOO_WIDE = 100;

function exploding(patient: Patient): Finding | null {
  const { run, layers, inputs, baseline, curve } = patient;
  const { loss } = curve.at(-1)!.scores.train;
  const l = layers.findIndex(({ outputs }) => !(outputs <= TOO_WIDE * inputs));
  if (l < 0 || loss < baseline) return null;
  const steepest = layers.reduce((best, { gradient }, i) => (gradient > layers[best]!.gradient ? i : best), 0);
  const { reason, fix } = blame(patient, isScaled(run.init.scheme) ? lowerRate(run) : scaledStart(run));
  const cause = reason || (wasThrown(patient) ? '' : 'The weights multiply signals from layer to layer.');
  const sentences = [
    `Layer ${l + 1} puts out values ${figure(layers[l]!.outputs / inputs)} times as wide as the inputs, and the gradient is ${figure(layers[steepest]!.gradient)} in layer ${steepest + 1}.`,
    cause,
    `The loss is ${figure(loss)} where knowing nothing costs ${figure(baseline)}.`,
  ];
  return {
    kind: 'exploding',
    layer: l + 1,
    text: sentences.filter((sentence) => sentence !== '').join(' '),
    fix,
  };
}

/** More than this part of a layer’s outputs on the flat ends. */
const MOST_SATURATED = 0.8;

/** Glorot & Bengio 2010, §3: layers that saturate stop those below from learning. */
function saturated(patient: Patient): Finding | null {
  const { run, layers } = patient;
  const l = layers.findIndex(({ saturated: part }) => part > MOST_SATURATED);
  if (l < 0) return null;
  const { reason, fix } = blame(patient, isScaled(run.init.scheme) ? reluStart(run) : scaledStart(run));
  return {
    kind: 'saturated',
    layer: l + 1,
    text: `${percent(layers[l]!.saturated)} of what layer ${l + 1} puts out lies on the flat ends of its ${run.layers[l]!.activation}. There the slope is next to 0, so almost no gradient gets through to the layers below. ${reason}`.trim(),
    fix,
  };
}

/** Inputs of another scale are a cause outside the layers. */
function blame({ run, data }: Patient, otherwise: Fix): { readonly reason: string; readonly fix: Fix } {
  if (!isWide(run, data)) return { reason: '', fix: otherwise };
  return { reason: 'The inputs are far larger than 1, which no start is made for.', fix: standardized(run) };
}

/** A gradient this much smaller than the largest layer’s; a signal this much narrower than the inputs. */
const TOO_FLAT = 1e-3;
const TOO_NARROW = 1e-2;

/** Glorot & Bengio 2010, §4.2: gradients shrink by each layer’s factor on their way back, as signals do on their way forward. */
function vanishing({ run, layers, inputs }: Patient): Finding | null {
  const found = (l: number, text: string): Finding => ({ kind: 'vanishing', layer: l + 1, text, fix: louder(run) });
  const largest = Math.max(...layers.map(({ gradient }) => gradient));
  const flat = layers.findIndex(({ gradient }) => gradient < TOO_FLAT * largest);
  if (flat >= 0) {
    const { gradient } = layers[flat]!;
    const much =
      gradient === 0 ? '0' : `${figure(gradient)}, ${figure(largest / gradient)} times smaller than the largest`;
    return found(
      flat,
      `The gradient of layer ${flat + 1} is ${much}. It shrinks in every layer on its way back, so the first layers hardly learn.`,
    );
  }
  const quiet = layers.findIndex(({ outputs }, l) => l < layers.length - 1 && outputs < TOO_NARROW * inputs);
  if (quiet < 0) return null;
  const { outputs } = layers[quiet]!;
  const much = outputs === 0 ? 'hardly varies at all' : `varies ${figure(inputs / outputs)} times less than the inputs`;
  return found(
    quiet,
    `What layer ${quiet + 1} puts out ${much}. The signal shrinks from layer to layer, and the gradients with it: the largest is ${figure(largest)}.`,
  );
}

// ---------------------------------------------------------------- training

function diverged(run: CanonicalRun, data: LoadedDataset, { step, layer, what }: Divergence): Finding {
  const place = what === 'loss' ? 'the loss' : `the weights of layer ${layer}`;
  return {
    kind: 'diverged',
    layer: what === 'loss' ? null : layer,
    text: `At step ${step} ${place} became infinite or not a number. Every update overshot further than the one before, and nothing after that step means anything.`,
    fix: settled(run, data),
  };
}

/** Scores that are looked back at. */
const WINDOW = 12;
const FEWEST = 6;
/** The way up and the way down again within the window, in baselines. */
const RESTLESS = 1;

/**
 * The loss of all training rows above the start’s, or going up and down without arriving. On a quadratic, gradient descent
 * overshoots from 1/λ and grows from 2/λ, λ the largest curvature. LeCun et al. 1998, "Efficient BackProp", §5.
 */
function rate({ run, curve, baseline, hasLearned }: Patient): Finding | null {
  const losses = curve.map(({ scores }) => scores.train.loss);
  if (losses.length < FEWEST || hasLearned) return null;
  const recent = losses.slice(-WINDOW);
  const [first, now] = [losses[0]!, losses.at(-1)!];
  const { learningRate } = run.optimizer;
  const found = (text: string): Finding => ({ kind: 'rate', layer: null, text, fix: lowerRate(run) });
  if (Math.min(...recent) > 1.1 * Math.max(first, baseline)) {
    return found(
      `The training loss is ${figure(now)}, above the ${figure(first)} that it began with. With a learning rate of ${plain(learningRate)} each step goes past the valley and up its other side.`,
    );
  }
  const moves = recent.slice(1).map((loss, i) => loss - recent[i]!);
  const [up, down] = [sum(moves.filter((move) => move > 0)), -sum(moves.filter((move) => move < 0))];
  if (up < RESTLESS * baseline || down < RESTLESS * baseline || down > 2 * up) return null;
  return found(
    `The training loss goes up and down between ${figure(Math.min(...recent))} and ${figure(Math.max(...recent))} and does not settle. With a learning rate of ${plain(learningRate)} the steps are longer than the valley is wide.`,
  );
}

/** Held-out loss this many times its best. */
const WORSE = 1.25;
/** Right answers on training rows more than on held-out rows, as a fraction. */
const GAP = 0.04;

/** Prechelt 1998, "Early Stopping — But When?": the held-out loss has turned up while the training loss still falls. */
function overfitting({ run, data, curve, baseline }: Patient): Finding | null {
  const set = data.validation ? 'validation' : 'test';
  const now = curve.at(-1)!.scores;
  if (!now[set] || curve.length < FEWEST || now.train.loss > baseline) return null;
  const losses = curve.map(({ scores }) => scores[set]!.loss);
  const best = Math.min(...losses);
  const bestThen = curve[losses.indexOf(best)]!;
  const held = Math.min(median(losses.slice(-FEWEST)), now[set].loss);
  const hasFallen = now.train.loss < bestThen.scores.train.loss;
  if (held < WORSE * best || !hasFallen || !hasGap(now.train, now[set])) return null;
  const rows = set === 'validation' ? 'held-out rows' : 'test rows';
  return {
    kind: 'overfitting',
    layer: null,
    text: `On ${rows} the loss was ${figure(best)} at step ${bestThen.step} and is ${figure(now[set].loss)} now, while on training rows it went on falling to ${figure(now.train.loss)}. The network is learning its training rows by heart.`,
    fix: regularized(run, data),
  };
}

function hasGap(train: Score, held: Score): boolean {
  if (train.accuracy === null || held.accuracy === null) return train.loss < held.loss / WORSE;
  return train.accuracy - held.accuracy > GAP;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

// ---------------------------------------------------------------- fixes

const isScaled = (scheme: InitScheme): boolean => /^(he|xavier|lecun)/.test(scheme);
const isSquashing = (activation: ActivationName): boolean => activation === 'sigmoid' || activation === 'tanh';

/** The start made for the hidden layers’ activation. */
function scaledStart(run: CanonicalRun): Fix {
  const isSquashed = run.layers.slice(0, -1).some(({ activation }) => isSquashing(activation));
  return {
    label: `Start with ${isSquashed ? 'Xavier' : 'He'} initialization`,
    patch: { init: { scheme: isSquashed ? 'xavierNormal' : 'heNormal', seed: run.init.seed } },
  };
}

function withActivation(run: CanonicalRun, activation: ActivationName, label: string): Fix {
  const last = run.layers.length - 1;
  return { label, patch: { layers: run.layers.map((layer, l) => (l === last ? layer : { ...layer, activation })) } };
}

function reluStart(run: CanonicalRun): Fix {
  const { label, patch } = withActivation(run, 'relu', 'Use ReLU with He initialization');
  return { label, patch: { ...patch, init: { scheme: 'heNormal', seed: run.init.seed } } };
}

const leaky = (run: CanonicalRun): Fix => withActivation(run, 'leakyRelu', 'Use leaky ReLU, which is never flat');

/** For signals that shrink. */
function louder(run: CanonicalRun): Fix {
  const hidden = run.layers.slice(0, -1);
  if (hidden.some(({ activation }) => activation === 'sigmoid')) return reluStart(run);
  if (!isScaled(run.init.scheme)) return scaledStart(run);
  const isSquashed = hidden.some(({ activation }) => activation === 'tanh');
  return isSquashed ? reluStart(run) : leaky(run);
}

/** For a run that left the finite numbers. */
function settled(run: CanonicalRun, data: LoadedDataset): Fix {
  if (isWide(run, data)) return standardized(run);
  const isLoose = run.init.scheme === 'normal' || run.init.scheme === 'uniform';
  return isLoose && !isFast(run) ? scaledStart(run) : lowerRate(run);
}

/** Inputs wider than this are a scale of their own, not one that initializations are made for. */
const WIDE_INPUTS = 10;

const isWide = ({ data: { standardize } }: CanonicalRun, data: LoadedDataset): boolean =>
  !standardize && Math.sqrt(sum(data.train.x.map((value) => value ** 2)) / data.train.x.length) > WIDE_INPUTS;

function standardized({ data }: CanonicalRun): Fix {
  return { label: 'Standardize the inputs', patch: { data: { ...data, standardize: true } } };
}

/** More than this many times the optimizer’s default rate is far from what usually works. */
const FAR = 10;

const isFast = ({ optimizer }: CanonicalRun): boolean =>
  optimizer.learningRate > FAR * OPTIMIZERS[optimizer.name].learningRate;

/** A third; or the optimizer’s default, where that is still far away. */
function lowerRate(run: CanonicalRun): Fix {
  const { optimizer } = run;
  const usual = OPTIMIZERS[optimizer.name].learningRate;
  const { schedule } = optimizer;
  if (schedule.name === 'given') {
    const values = schedule.values.map((value) => value / 3);
    return {
      label: 'Divide the learning rates by 3',
      patch: { optimizer: { ...optimizer, schedule: { ...schedule, values } } },
    };
  }
  const isFar = isFast(run);
  const learningRate = isFar ? usual : Number((optimizer.learningRate / 3).toPrecision(3));
  return {
    label: isFar ? `Set the learning rate to ${usual}` : 'Divide the learning rate by 3',
    patch: { optimizer: { ...optimizer, learningRate } },
  };
}

/** λ for so many training rows, at least 1: the penalty is λ/(2N) · Σ‖W‖². */
const ROWS_PER_LAMBDA = 200;

function regularized(run: CanonicalRun, { train }: LoadedDataset): Fix {
  const l2 = Math.max(1, Math.round(train.count / ROWS_PER_LAMBDA), 2 * run.l2);
  return { label: run.l2 === 0 ? `Add an L2 penalty, λ = ${l2}` : `Raise the L2 penalty to λ = ${l2}`, patch: { l2 } };
}

// ---------------------------------------------------------------- numbers

/** Two digits that matter; in powers of ten where there would be many zeros. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : 'infinite';
  const size = Math.abs(value);
  const isPlain = size === 0 || (size >= 1e-3 && size < 1e6);
  return isPlain ? String(Number(value.toPrecision(2))) : inPowers(Number(value.toPrecision(2)));
}

/** A setting as it is, but for rows of zeros: 1e9. */
const plain = (value: number): string => (value < 1e6 ? String(value) : inPowers(value));

const inPowers = (value: number): string => value.toExponential().replace('e+', 'e');

const percent = (fraction: number): string => `${Math.round(100 * fraction)} %`;
