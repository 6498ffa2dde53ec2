// The measuring itself: verify, warm up, then rounds in which every contender runs once after another. METHOD.md says why.
import type { Contender, Job } from './contender.ts';
import { observe } from './counters.ts';
import {
  judge,
  judgeProduct,
  type MatmulProblem,
  type Problem,
  prepareMatmul,
  prepareTraining,
  type Reference,
  type TrainingProblem,
  type Verdict,
} from './problem.ts';
import type { CaseReport, Entry, Round } from './report.ts';
import { type Case, hasDropout, modelsOf } from './workloads.ts';

export interface MeasureOptions {
  /** 0: first steps only, for another sample of what starting costs. */
  readonly rounds: number;
  /** About how long one contender runs in one round. */
  readonly seconds: number;
  /** Called with what is being done. */
  readonly progress: (text: string) => void;
}

/** A contender that has taken this long leaves the rounds once it has run twice. */
const PATIENCE_MS = 45_000;

/** A contender on its way through a case. */
interface Runner {
  readonly contender: Contender;
  entry: Entry;
  job: Job | undefined;
  stepsPerRound: number;
  spentMs: number;
}

export async function measureCase(
  workload: Case,
  contenders: readonly Contender[],
  options: MeasureOptions,
): Promise<CaseReport> {
  const { id, title, unit } = workload;
  options.progress(`${id}: reference in f64`);
  const task = await prepareTask(workload);
  const runners = contenders.map(newRunner);
  for (const runner of runners) {
    options.progress(`${id}: ${runner.contender.name}: first step, verification, warm-up`);
    await attempt(runner, () => makeReady(runner, task, options));
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const runner of runners) {
      options.progress(`${id}: round ${round + 1} of ${options.rounds}: ${runner.contender.name}`);
      await attempt(runner, () => runRound(runner, task, round, options.seconds));
    }
  }
  for (const runner of runners) {
    await attempt(runner, () => observeSteps(runner));
    await attempt(runner, async () => runner.job?.dispose());
  }
  const entries = runners.map(({ entry }) => entry);
  return { id, title, unit, flops: task.timed.flops, models: modelsOf(workload), entries };
}

interface Task {
  readonly workload: Case;
  readonly timed: Problem;
  /** Makes the job whose answer is checked, or undefined where the timed one can be. */
  readonly checked: Problem | undefined;
  readonly reference: Reference | null;
}

async function prepareTask(workload: Case): Promise<Task> {
  if (workload.kind === 'matmul') {
    return { workload, timed: prepareMatmul(workload), checked: undefined, reference: null };
  }
  const { timed, checked, reference } = await prepareTraining(workload);
  return { workload, timed, checked: hasDropout(workload) ? checked : undefined, reference };
}

function newRunner(contender: Contender): Runner {
  const { name, ours, webgpu } = contender;
  const entry: Entry = { name, ours, webgpu, status: 'ok', rounds: [] };
  return { contender, entry, job: undefined, stepsPerRound: 1, spentMs: 0 };
}

/** Does one thing with a contender that is still in; what it throws ends its part, with the reason. */
async function attempt(runner: Runner, work: () => Promise<unknown>): Promise<void> {
  if (runner.entry.status !== 'ok') return;
  try {
    await work();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 300);
    runner.entry = { ...runner.entry, status: 'failed', reason };
  }
}

/** Opens a contender; what it throws says why it is missing. */
export async function openAll(contenders: readonly Contender[]): Promise<{ open: Contender[]; missing: Entry[] }> {
  const open: Contender[] = [];
  const missing: Entry[] = [];
  for (const contender of contenders) {
    try {
      await contender.open();
      open.push(contender);
    } catch (error) {
      const { name, ours, webgpu } = contender;
      const reason = error instanceof Error ? error.message : String(error);
      missing.push({ name, ours, webgpu, status: 'missing', reason, rounds: [] });
    }
  }
  return { open, missing };
}

// ---------------------------------------------------------------- one contender

const make = (contender: Contender, problem: Problem): Promise<Job> =>
  problem.kind === 'training' ? contender.train(problem) : contender.multiply(problem);

async function timeSteps(job: Job, count: number): Promise<number> {
  const started = performance.now();
  const own = await job.step(count);
  return own ?? performance.now() - started;
}

async function makeReady(runner: Runner, task: Task, options: MeasureOptions): Promise<void> {
  const { contender } = runner;
  const started = performance.now();
  const job = await make(contender, task.timed);
  runner.job = job;
  await job.step(1);
  const firstMs = performance.now() - started;
  const { note } = job as { note?: string };
  runner.entry = { ...runner.entry, firstMs: [firstMs], ...(note !== undefined && { note }) };
  if (options.rounds === 0) return;
  const verdict = await verify(runner, task);
  runner.entry = { ...runner.entry, verdict };
  if (!verdict.right) {
    const reason = `loss ${verdict.loss} where the f64 reference has ${verdict.reference}`;
    runner.entry = { ...runner.entry, status: 'wrong', reason };
    await job.dispose();
    return;
  }
  runner.stepsPerRound = await warmUp(job, options.seconds);
}

async function verify({ contender, job }: Runner, { timed, checked, reference }: Task): Promise<Verdict> {
  if (timed.kind === 'matmul') return verifyProduct(job!, timed);
  if (!checked) return verifyTraining(job!, timed, reference!);
  const other = await make(contender, checked);
  try {
    return await verifyTraining(other, checked as TrainingProblem, reference!);
  } finally {
    await other.dispose();
  }
}

async function verifyTraining(job: Job, problem: TrainingProblem, reference: Reference): Promise<Verdict> {
  await job.reset();
  await job.step(reference.steps);
  const { weights } = job as Job & { weights(): Promise<Parameters<typeof judge>[2]> };
  return judge(problem, reference, await weights());
}

async function verifyProduct(job: Job, problem: MatmulProblem): Promise<Verdict> {
  await job.reset();
  await job.step(1);
  const { result } = job as Job & { result(): Promise<ArrayLike<number>> };
  return judgeProduct(problem, await result());
}

/** Runs for a good part of a round and says how many steps make a whole one. */
async function warmUp(job: Job, seconds: number): Promise<number> {
  await job.reset();
  const wantedMs = 1000 * seconds;
  let count = 1;
  let ms = await timeSteps(job, count);
  while (ms < wantedMs / 3) {
    count = Math.max(count + 1, Math.min(8 * count, Math.round((count * wantedMs) / 2 / Math.max(ms, 0.05))));
    ms = await timeSteps(job, count);
  }
  return Math.max(1, Math.round((count * wantedMs) / ms));
}

async function runRound(runner: Runner, { workload, timed }: Task, round: number, seconds: number): Promise<void> {
  if (round >= 2 && runner.spentMs > PATIENCE_MS) return;
  const { job, stepsPerRound: steps } = runner;
  const started = performance.now();
  await job!.reset();
  const ms = await timeSteps(job!, steps);
  runner.spentMs += performance.now() - started;
  const rate = rateOf(workload, timed, steps, ms);
  const entry: Round = { steps, ms, rate };
  runner.entry = { ...runner.entry, rounds: [...runner.entry.rounds, entry] };
  runner.stepsPerRound = Math.max(1, Math.round((steps * 1000 * seconds) / ms));
}

/** In the case's unit. */
export function rateOf(workload: Case, { flops }: Pick<Problem, 'flops'>, steps: number, ms: number): number {
  if (workload.kind === 'matmul') return (steps * flops) / ms / 1e6;
  return (1000 * steps * modelsOf(workload)) / ms;
}

/** Counts what a stretch of steps asks of the GPU: a thousand, or as many as take about a second. */
async function observeSteps(runner: Runner): Promise<void> {
  const last = runner.entry.rounds.at(-1);
  if (!last || !runner.contender.webgpu || typeof GPUQueue === 'undefined') return;
  const perSecond = (1000 * last.steps) / last.ms;
  const askedSteps = Math.max(1, Math.min(1000, Math.round(perSecond)));
  await runner.job!.reset();
  const asked = await observe(() => runner.job!.step(askedSteps));
  runner.entry = { ...runner.entry, asked, askedSteps };
}
