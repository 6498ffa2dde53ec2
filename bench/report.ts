// The report: what a benchmark run found, as JSON, and what follows from it (ratios against the targets, a text table).
import type { Ceilings } from './ceilings.ts';
import type { Asked } from './counters.ts';
import { OUR_CPU, OUR_WEBGPU } from './names.ts';
import type { Verdict } from './problem.ts';
import { median, ratioOfRounds, type Summary, show, summarize } from './stats.ts';
import type { Case } from './workloads.ts';

export interface Round {
  readonly steps: number;
  readonly ms: number;
  /** In the case's unit. */
  readonly rate: number;
}

export interface Entry {
  readonly name: string;
  readonly ours: boolean;
  readonly webgpu: boolean;
  /** `missing`: the library or its device is not there. `wrong`: its answer is not the reference's. `failed`: it threw. */
  readonly status: 'ok' | 'missing' | 'wrong' | 'failed';
  readonly reason?: string;
  /** The strategy that ran, where the contender says. */
  readonly note?: string;
  readonly verdict?: Verdict;
  /** Create, compile and first step; one for each fresh page. */
  readonly firstMs?: readonly number[];
  readonly rounds: readonly Round[];
  /** Asked of the GPU by `askedSteps` steps. */
  readonly asked?: Asked;
  readonly askedSteps?: number;
}

export interface CaseReport {
  readonly id: Case['id'];
  readonly title: string;
  readonly unit: Case['unit'];
  /** Floating-point operations of one step, all models together. */
  readonly flops: number;
  /** Networks of one step. */
  readonly models: number;
  readonly entries: readonly Entry[];
}

export interface CurvePoint {
  readonly x: number;
  readonly rounds: readonly number[];
}

export interface Curve {
  readonly name: string;
  readonly points: readonly CurvePoint[];
  /** Why the curve ends, or is not there. */
  readonly reason?: string;
}

export interface CurveReport {
  readonly id: 'size' | 'models';
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
}

export interface Report {
  readonly basinBench: 1;
  readonly date: string;
  readonly commit: string;
  readonly place: 'browser' | 'node';
  /** User agent, or Node's version. */
  readonly host: string;
  readonly machine: string;
  readonly adapter: { readonly name: string; readonly software: boolean; readonly features: readonly string[] } | null;
  readonly options: { readonly rounds: number; readonly seconds: number };
  readonly ceilings: Ceilings | null;
  readonly cases: readonly CaseReport[];
  readonly curves: readonly CurveReport[];
}

export const rates = (entry: Entry): number[] => entry.rounds.map(({ rate }) => rate);

export const summaryOf = (entry: Entry): Summary | null => (entry.rounds.length > 0 ? summarize(rates(entry)) : null);

// ---------------------------------------------------------------- ratios

export interface Ratio {
  readonly id: string;
  readonly what: string;
  readonly against: string;
  readonly value: number;
  /** The least that is asked for, and what is hoped for; at most where `lowerIsBetter`. */
  readonly target: number;
  readonly aim: number | null;
  readonly lowerIsBetter: boolean;
  readonly met: boolean;
}

type Pick = (entries: readonly Entry[]) => Entry | undefined;

/** The fastest of those that gave right answers. */
function best(entries: readonly Entry[], wanted: (entry: Entry) => boolean): Entry | undefined {
  const able = entries.filter((entry) => entry.status === 'ok' && entry.rounds.length > 0 && wanted(entry));
  return able.reduce<Entry | undefined>(
    (top, entry) => (!top || median(rates(entry)) > median(rates(top)) ? entry : top),
    undefined,
  );
}

const named =
  (name: string): Pick =>
  (entries) =>
    best(entries, (entry) => entry.name === name);
const webgpuPeer: Pick = (entries) => best(entries, (entry) => entry.webgpu && !entry.ours);
const numpy: Pick = (entries) => best(entries, (entry) => entry.name.startsWith('numpy'));
const plainJs = named('tfjs cpu');
const torchGraphs: Pick = (entries) =>
  best(entries, (entry) => entry.name.startsWith('torch') && entry.name.endsWith('graphs'));

interface Target {
  readonly id: Case['id'];
  readonly ours: Pick;
  readonly against: Pick;
  readonly whom: string;
  readonly least: number;
  readonly aim: number | null;
}

const target = (
  id: Case['id'],
  ours: Pick,
  against: Pick,
  whom: string,
  least: number,
  aim: number | null = null,
): Target => ({ id, ours, against, whom, least, aim });

const gpu = named(OUR_WEBGPU);
const cpu = named(OUR_CPU);
const PEER = 'best WebGPU peer';

/** On a software adapter. */
const SOFTWARE_TARGETS: readonly Target[] = [
  target('W1', gpu, webgpuPeer, PEER, 100, 180),
  target('W1', gpu, numpy, 'numpy', 3.5),
  target('W2', gpu, webgpuPeer, PEER, 130, 180),
  target('W2', gpu, numpy, 'numpy', 3),
  target('W6', gpu, webgpuPeer, PEER, 35, 60),
  target('W6', gpu, plainJs, 'fastest plain JS', 2.3),
  target('W3', gpu, webgpuPeer, PEER, 10, 18),
  target('W4', gpu, webgpuPeer, PEER, 2.4, 3.5),
  target('matmul-256', gpu, webgpuPeer, PEER, 2.4, 3),
  target('matmul-512', gpu, webgpuPeer, PEER, 2.4, 3),
  target('matmul-1024', gpu, webgpuPeer, PEER, 2.4, 3),
  target('W1', cpu, numpy, 'numpy', 1, 2.5),
  target('W2', cpu, numpy, 'numpy', 1, 2.5),
  target('W3', cpu, numpy, 'numpy', 0.5, 1),
];

/** On a real GPU. */
const HARDWARE_TARGETS: readonly Target[] = [
  target('W1', gpu, torchGraphs, 'PyTorch with CUDA graphs', 5, 10),
  target('W2', gpu, torchGraphs, 'PyTorch with CUDA graphs', 5, 10),
];

const FIRST_TARGETS = { W1: 1.2, W3: 1.5, W4: 1.5 } as const;

/** Every ratio that this run allows to form. */
export function ratios(report: Report): Ratio[] {
  const targets = report.adapter?.software === false ? HARDWARE_TARGETS : SOFTWARE_TARGETS;
  const found = report.cases.flatMap((entry) => [
    ...targets.filter(({ id }) => id === entry.id).flatMap((wanted) => speedRatio(entry, wanted)),
    ...firstRatio(entry),
    ...submitCount(entry),
  ]);
  return [...found, ...ceilingShare(report)];
}

function speedRatio({ id, unit, entries }: CaseReport, { ours, against, whom, least, aim }: Target): Ratio[] {
  const [one, other] = [ours(entries), against(entries)];
  if (!one || !other || one === other) return [];
  const value = ratioOfRounds(rates(one), rates(other));
  const name = whom === other.name || whom === 'numpy' ? other.name : `${whom} (${other.name})`;
  const what = `${one.name} ${unit}`;
  return [{ id, what, against: name, value, target: least, aim, lowerIsBetter: false, met: value >= least }];
}

function firstRatio({ id, entries }: CaseReport): Ratio[] {
  const most = FIRST_TARGETS[id as keyof typeof FIRST_TARGETS];
  const [one, other] = [gpu(entries), webgpuPeer(entries)];
  if (!most || !one?.firstMs || !other?.firstMs) return [];
  const value = ratioOfRounds(other.firstMs, one.firstMs) ** -1;
  const against = `${PEER} (${other.name})`;
  const what = `${one.name} create + compile + first step`;
  return [{ id, what, against, value, target: most, aim: 0.7, lowerIsBetter: true, met: value <= most }];
}

function submitCount({ id, entries }: CaseReport): Ratio[] {
  const one = gpu(entries);
  if (id !== 'W1' || !one?.asked || !one.askedSteps) return [];
  const value = (1000 * one.asked.submits) / one.askedSteps;
  const what = `${one.name} submits per 1,000 steps`;
  return [{ id, what, against: '', value, target: 10, aim: 5, lowerIsBetter: true, met: value <= 10 }];
}

function ceilingShare({ cases, ceilings, adapter }: Report): Ratio[] {
  const product = cases.find(({ id }) => id === 'matmul-2048');
  const one = product && gpu(product.entries);
  if (!one || !ceilings || adapter?.software !== false) return [];
  const value = median(rates(one)) / ceilings.gflops;
  const what = `${one.name} GFLOP/s`;
  const against = 'measured multiply-add ceiling';
  return [{ id: 'matmul-2048', what, against, value, target: 0.4, aim: 0.6, lowerIsBetter: false, met: value >= 0.4 }];
}

// ---------------------------------------------------------------- text

/** GFLOP/s that a rate means. */
export function gflopsOf(entry: CaseReport, rate: number): number {
  return entry.unit === 'GFLOP/s' ? rate : (rate * entry.flops) / entry.models / 1e9;
}

function pad(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

export const ENTRY_COLUMNS = ['', 'median', 'range', 'first ms', 'per step', 'check'] as const;

/** One row of a case's table: name, median, range, first ms, submits and dispatches of a step, how it compares with f64. */
export function entryCells(entry: Entry): string[] {
  const name = entry.note && !entry.name.endsWith(entry.note) ? `${entry.name} (${entry.note})` : entry.name;
  const summary = summaryOf(entry);
  const first = entry.firstMs ? show(median(entry.firstMs)) : '';
  if (!summary) return [name, entry.status, '', first, '', entry.reason ?? ''];
  const { asked, askedSteps = 1 } = entry;
  const perStep =
    asked && asked.submits > 0 ? `${show(asked.submits / askedSteps)}s ${show(asked.dispatches / askedSteps)}d` : '';
  return [
    name,
    show(summary.median),
    `${show(summary.min)} … ${show(summary.max)}`,
    first,
    perStep,
    entry.verdict ? `${entry.verdict.right ? 'right' : 'WRONG'} ${entry.verdict.distance.toExponential(0)}` : '',
  ];
}

export function ratioCells({ id, what, against, value, target: least, aim, lowerIsBetter, met }: Ratio): string[] {
  const sign = lowerIsBetter ? '≤' : '≥';
  const hope = aim === null ? '' : show(aim);
  return [
    id,
    show(value),
    `${sign} ${show(least)}`,
    hope,
    met ? 'met' : 'not met',
    what,
    against && `against ${against}`,
  ];
}

export const RATIO_COLUMNS = ['', 'ratio', 'target', 'aim', '', 'what', ''] as const;

/** The whole report as plain text. */
export function formatReport(report: Report): string {
  const { adapter, ceilings } = report;
  const lines = [
    `Basin benchmark, ${report.date}, commit ${report.commit}`,
    `${report.host}`,
    `${report.machine}; adapter: ${adapter ? `${adapter.name}${adapter.software ? ' (software)' : ''}` : 'none'}`,
    `${report.options.rounds} interleaved rounds of about ${report.options.seconds} s`,
  ];
  if (ceilings) {
    lines.push(
      `ceilings: ${show(ceilings.gflops)} GFLOP/s multiply-add, ${show(ceilings.gigabytesPerSecond)} GB/s, ` +
        `${show(ceilings.dispatchMicroseconds)} µs a dispatch, ${show(ceilings.submitMicroseconds)} µs a submit, ` +
        `${show(ceilings.roundTripMs)} ms there and back`,
    );
  }
  for (const entry of report.cases) {
    lines.push('', `${entry.id}  ${entry.title}  [${entry.unit}]`);
    lines.push(...pad([[...ENTRY_COLUMNS], ...entry.entries.map(entryCells)]));
  }
  const formed = ratios(report);
  if (formed.length > 0) lines.push('', ...pad([[...RATIO_COLUMNS], ...formed.map(ratioCells)]));
  for (const curve of report.curves) {
    lines.push('', `${curve.title}  [${curve.yLabel} by ${curve.xLabel}]`, ...pad(curveRows(curve)));
  }
  return lines.join('\n');
}

/** x in the first column, then one column for each curve. */
export function curveRows({ xLabel, curves }: CurveReport): string[][] {
  const xs = [...new Set(curves.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const cell = ({ points }: Curve, x: number) => {
    const point = points.find((entry) => entry.x === x);
    return point ? show(median(point.rounds)) : '–';
  };
  return [[xLabel, ...curves.map(({ name }) => name)], ...xs.map((x) => [String(x), ...curves.map((c) => cell(c, x))])];
}
