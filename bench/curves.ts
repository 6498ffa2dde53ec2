// Curves: steps/s over the size of a network, where the GPU overtakes the CPU, and over the number of models.
import type { Run } from '../src/index.ts';
import type { Contender, Job } from './contender.ts';
import type { MeasureOptions } from './measure.ts';
import { type TrainingProblem, trainingProblem } from './problem.ts';
import type { Curve, CurvePoint, CurveReport } from './report.ts';
import { sweepOf, type TrainingCase, W2_SWEEP } from './workloads.ts';

const WIDTHS = [4, 8, 16, 32, 64, 128, 256, 512];
const MODELS = [1, 4, 16, 64, 256, 1024, 4096];
/** A curve ends where one point takes longer than this. */
const MOST_MS = 15_000;

function sizeCase(width: number): TrainingCase {
  const run: Run = {
    basin: 1,
    data: { name: 'circles', rows: 300, testRows: 0, noise: 0.05, seed: 1 },
    layers: [{ units: width }, { units: width }, { units: 1 }],
    optimizer: { name: 'sgd', learningRate: 0.01 },
    steps: 1_000_000,
    record: 1000,
  };
  return {
    id: 'W1',
    kind: 'training',
    title: `2-${width}-${width}-1`,
    unit: 'steps/s',
    run,
    models: [],
    checkSteps: 0,
  };
}

const sweepCase = (count: number): TrainingCase => ({ ...W2_SWEEP, models: sweepOf(count) });

type Make = (x: number) => TrainingCase;

async function measureCurves(
  make: Make,
  xs: readonly number[],
  perStep: (x: number) => number,
  contenders: readonly Contender[],
  options: MeasureOptions,
  title: string,
): Promise<Curve[]> {
  const curves = contenders.map(
    ({ name }) => ({ name, points: [] as CurvePoint[] }) as Curve & { points: CurvePoint[] },
  );
  const reasons = new Map<string, string>();
  for (const x of xs) {
    const problem = await trainingProblem(make(x));
    for (const [index, contender] of contenders.entries()) {
      if (reasons.has(contender.name)) continue;
      options.progress(`${title}: ${contender.name} at ${x}`);
      const started = performance.now();
      try {
        const rounds = await measurePoint(contender, problem, options, perStep(x));
        curves[index]!.points.push({ x, rounds });
        if (performance.now() - started > MOST_MS) reasons.set(contender.name, `took too long at ${x}`);
      } catch (error) {
        reasons.set(contender.name, `at ${x}: ${(error as Error).message.split('\n')[0]!.slice(0, 200)}`);
      }
    }
  }
  return curves.map((curve) => {
    const reason = reasons.get(curve.name);
    return { ...curve, ...(reason !== undefined && { reason }) };
  });
}

async function measurePoint(
  contender: Contender,
  problem: TrainingProblem,
  { rounds, seconds }: MeasureOptions,
  perStep: number,
): Promise<number[]> {
  const job: Job = await contender.train(problem);
  const timed = async (count: number) => {
    const started = performance.now();
    return (await job.step(count)) ?? performance.now() - started;
  };
  await job.step(1);
  const wantedMs = 300 * seconds;
  let count = 1;
  let ms = await timed(count);
  while (ms < wantedMs / 2) {
    count = Math.max(count + 1, Math.min(8 * count, Math.round((count * wantedMs) / Math.max(ms, 0.05))));
    ms = await timed(count);
  }
  const found: number[] = [];
  for (let round = 0; round < Math.min(3, rounds); round++) found.push((1000 * count * perStep) / (await timed(count)));
  await job.dispose();
  return found;
}

export async function measureSizeCurve(
  contenders: readonly Contender[],
  options: MeasureOptions,
): Promise<CurveReport> {
  const title = 'Steps per second over the width of a 2-h-h-1 network, 300 rows';
  const curves = await measureCurves(sizeCase, WIDTHS, () => 1, contenders, options, 'size');
  return { id: 'size', title, xLabel: 'units h', yLabel: 'steps/s', curves };
}

export async function measureModelCurve(
  contenders: readonly Contender[],
  options: MeasureOptions,
): Promise<CurveReport> {
  const title = 'Networks of W2 trained together: steps of single networks per second';
  const curves = await measureCurves(sweepCase, MODELS, (models) => models, contenders, options, 'models');
  return { id: 'models', title, xLabel: 'models', yLabel: 'net-steps/s', curves };
}
