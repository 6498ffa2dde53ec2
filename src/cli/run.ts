// `basin run`: trains one document and tells what came out.

import { type Divergence, DivergenceError } from '../core/errors.ts';
import type { Reals } from '../core/shape.ts';
import type { Rows } from '../data/dataset.ts';
import type { LoadedDataset } from '../data/load.ts';
import { outputsOf } from '../train/predict.ts';
import { resultDocument } from '../train/result.ts';
import { createSession, type Score, type Session } from '../train/session.ts';
import type { LayerTensors } from '../train/weights.ts';
import { count, type OptionKinds, positionals, readArguments } from './args.ts';
import { about, type Document, readRun } from './documents.ts';
import { EXIT } from './exit.ts';
import { type Io, say } from './io.ts';
import { DEVICE_OPTIONS, deviceOptions } from './options.ts';
import { checkDifferent, type Output, openOutput } from './output.ts';
import { createProgress } from './progress.ts';
import { percent, prettyJson, short, table } from './text.ts';

const OPTIONS = {
  ...DEVICE_OPTIONS,
  '--steps': 'N',
  '--out': 'result.json',
  '--weights': null,
  '--predictions': null,
  '--save': 'model.safetensors',
  '--quiet': null,
} as const satisfies OptionKinds;

/** How training ended. */
interface Ending {
  readonly diverged: Divergence | null;
  readonly stopped: { readonly step: number } | null;
  readonly setupMs: number;
  readonly trainMs: number;
}

export async function runCommand(argv: readonly string[], io: Io): Promise<number> {
  const { positionals: given, options } = readArguments(argv, OPTIONS, 'basin run');
  const [name] = positionals(given, ['PRESET|RUN.json|-'], 'basin run');
  const device = deviceOptions(options);
  const steps = count(options, '--steps');
  checkDifferent(io, options);
  const out = openOutput(io, options, '--out');
  const save = openOutput(io, options, '--save');
  const document = await readRun(io, name!);

  const started = performance.now();
  const { readText } = document;
  const session = await about(document, () =>
    createSession(withSteps(document, steps) as never, { ...device, readText }),
  );
  sayWhyCpu(io, session.backend.why, device.backend);
  const setupMs = performance.now() - started;
  const ending = { ...(await trainOn(session, io)), setupMs };
  const result = await resultOf(session, ending, options.has('--weights'), options.has('--predictions'));
  await out?.write(prettyJson(result));
  const saved = save !== undefined && (await saveModel(save, session, ending));
  if (!options.has('--quiet')) {
    const written = [...(out ? [out.name] : []), ...(saved ? [save.name] : [])];
    await io.stdout(out ? summary(session, result, ending, written) : prettyJson(result));
  }
  sayEnding(io, session, ending, save !== undefined && !saved ? save.name : undefined);
  session.dispose();
  return ending.diverged ? EXIT.diverged : ending.stopped ? EXIT.interrupted : EXIT.done;
}

/** The document, its length replaced where the command line says another. */
function withSteps({ value }: Document, steps: number | undefined): unknown {
  if (steps === undefined || typeof value !== 'object' || value === null) return value;
  const { epochs: _, ...rest } = value as { epochs?: unknown };
  return { ...rest, steps };
}

/** `auto` passes a software adapter by; the person should know. */
export function sayWhyCpu(io: Io, why: string, asked: string): void {
  if (asked !== 'auto' || !why.includes('software adapter')) return;
  say(io, `running on the CPU: ${why}. --backend webgpu takes the adapter all the same.`);
}

async function trainOn(session: Session, io: Io): Promise<Pick<Ending, 'diverged' | 'stopped' | 'trainMs'>> {
  const progress = createProgress(io);
  const started = performance.now();
  let finished = false;
  let diverged: Divergence | null = null;
  try {
    for await (const report of session.train({ signal: io.signal })) progress.update(report);
    finished = !io.signal.aborted || session.steps >= session.totalSteps;
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    diverged = error.divergence;
  } finally {
    progress.clear();
  }
  const stopped = finished || diverged ? null : { step: session.steps };
  return { diverged, stopped, trainMs: performance.now() - started };
}

async function resultOf(session: Session, ending: Ending, wantsWeights: boolean, wantsPredictions: boolean) {
  const { run, backend, steps, data } = session;
  const [record, scores] = [await session.record(), await session.evaluate()];
  const stopped = ending.stopped !== null;
  const outcome = { ...ending, run, backend, steps, stopped, record, scores, classNames: data.classNames };
  return resultDocument(outcome, {
    ...(wantsWeights && { weights: (await session.weights()).map(nested) }),
    ...(wantsPredictions && { predictions: await predictionsOf(session) }),
  });
}

type Result = Awaited<ReturnType<typeof resultOf>>;

/** w as a list of rows, as in the run document. */
function nested({ w, b, shape: [fanOut, fanIn] }: LayerTensors) {
  return { w: rowsOf(w, fanOut, fanIn), b: Array.from(b) };
}

function rowsOf(flat: Reals, rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, r) => Array.from(flat.subarray(r * columns, (r + 1) * columns)));
}

/** For each set of rows the class of every row, or its values: a number, or a list where there are several outputs. */
async function predictionsOf(session: Session) {
  const outputs = outputsOf(session.run);
  const predict = async (rows: Rows | null) => {
    if (!rows) return null;
    const flat = await session.predict(unscaled(rows.x, session.data));
    return rowsOf(flat, rows.count, outputs.units).map(
      (row) => outputs.classOf?.(row) ?? (row.length === 1 ? row[0]! : row),
    );
  };
  const { train, validation, test } = session.data;
  return {
    train: await predict(train),
    test: await predict(test),
    ...(validation && { validation: await predict(validation) }),
  };
}

/** Rows in the data's own units, which `predict` takes. */
function unscaled(x: Float64Array, { scaling, inputs }: LoadedDataset): Float64Array {
  if (!scaling) return x;
  return x.map((value, i) => value * scaling.deviation[i % inputs]! + scaling.mean[i % inputs]!);
}

/** False where the weights are of no use. */
async function saveModel(save: Output, session: Session, { diverged }: Ending): Promise<boolean> {
  if (diverged) return false;
  await save.write(await session.toSafetensors());
  return true;
}

function summary(session: Session, result: Result, { stopped, diverged }: Ending, written: readonly string[]): string {
  const { name, adapter, precision, strategy } = session.backend;
  const early = !stopped && !diverged && session.steps < session.totalSteps ? ', stopped early' : '';
  const rows = [
    ['  backend', `${name} (${adapter}), ${precision}, ${strategy}`],
    ['  steps', `${session.steps} of ${session.totalSteps}${early}`],
    ...(diverged ? [['  diverged', new DivergenceError(diverged).message]] : []),
    ...(['train', 'validation', 'test'] as const).flatMap((set) =>
      result[set] ? [[`  ${set}`, scored(result[set])]] : [],
    ),
    ['  time', `${short(result.timing.trainMs / 1000)} s, ${result.timing.stepsPerSecond} steps/s`],
    ...written.map((file) => ['  wrote', file]),
  ];
  return `${session.run.name ?? 'run'}\n${table(rows)}`;
}

const scored = ({ loss, accuracy }: Score) =>
  `loss ${short(loss)}${accuracy === null ? '' : `, accuracy ${percent(accuracy)}`}`;

function sayEnding(io: Io, session: Session, { diverged, stopped }: Ending, unsaved: string | undefined): void {
  if (diverged) say(io, new DivergenceError(diverged).message);
  if (unsaved) say(io, `${unsaved} was not written: its weights are not finite.`);
  if (stopped) say(io, `stopped at step ${stopped.step} of ${session.totalSteps}; the result is that so far.`);
}
