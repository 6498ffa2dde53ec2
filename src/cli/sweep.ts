// `basin sweep`: trains many models of one document together and ranks them.

import type { Divergence } from '../core/errors.ts';
import type { CanonicalRun } from '../spec/types.ts';
import type { Evaluation } from '../train/fleet.ts';
import { timingOf } from '../train/result.ts';
import { createSweep, type Sweep } from '../train/sweep.ts';
import { type OptionKinds, positionals, readArguments } from './args.ts';
import { about, readDocument } from './documents.ts';
import { EXIT } from './exit.ts';
import { type Io, say } from './io.ts';
import { DEVICE_OPTIONS, deviceOptions, THREADS_OPTION, threadsOption } from './options.ts';
import { checkDifferent, openOutput } from './output.ts';
import { createProgress } from './progress.ts';
import { sayWhyCpu } from './run.ts';
import { percent, prettyJson, short, table } from './text.ts';

const OPTIONS = {
  ...DEVICE_OPTIONS,
  ...THREADS_OPTION,
  '--out': 'result.json',
  '--save': 'best.safetensors',
  '--quiet': null,
} as const satisfies OptionKinds;

/** Models that the table shows. */
const SHOWN = 20;

interface ModelResult extends Evaluation {
  readonly model: number;
  /** Updates that it has made: successive halving stops most models early. */
  readonly steps: number;
  /** What tells this model from the others, by path. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Training objective at that step. */
  readonly loss: number;
  readonly diverged: Divergence | null;
}

export async function sweepCommand(argv: readonly string[], io: Io): Promise<number> {
  const { positionals: given, options } = readArguments(argv, OPTIONS, 'basin sweep');
  const [name] = positionals(given, ['SWEEP.json'], 'basin sweep');
  const device = { ...deviceOptions(options), ...threadsOption(options) };
  checkDifferent(io, options);
  const out = openOutput(io, options, '--out');
  const save = openOutput(io, options, '--save');
  const document = await readDocument(io, name!);

  const started = performance.now();
  const { readText } = document;
  const sweep = await about(document, () => createSweep(document.value as never, { ...device, readText }));
  sayWhyCpu(io, sweep.why, device.backend);
  const setupMs = performance.now() - started;
  const { stopped, trainMs } = await trainAll(sweep, io);
  const models = await resultsOf(sweep);
  const best = models.every(({ diverged }) => diverged) ? null : await bestOf(sweep);
  const timing = timingOf({ steps: allSteps(sweep), setupMs, trainMs });
  const result = {
    basin: 1,
    sweep: document.value,
    backend: sweep.backend,
    steps: sweep.steps,
    ...(isHalved(sweep) && { rungs: sweep.rungs }),
    ...(stopped && { stopped }),
    models,
    best,
    timing,
  };
  await out?.write(prettyJson(result));
  if (save && best) await save.write(await (await sweep.session(best.model)).toSafetensors());
  if (!options.has('--quiet')) {
    const written = [...(out ? [out.name] : []), ...(save && best ? [save.name] : [])];
    await io.stdout(out ? summary(sweep, models, best, written) : prettyJson(result));
  }
  const gone = models.filter(({ diverged }) => diverged).length;
  if (gone > 0) say(io, `${gone} of ${models.length} models diverged; the result marks them.`);
  if (save && !best) say(io, `${save.name} was not written: no model has finite weights.`);
  if (stopped) say(io, `stopped at step ${stopped.step} of ${sweep.totalSteps}; the result is that so far.`);
  sweep.dispose();
  return stopped ? EXIT.interrupted : EXIT.done;
}

async function trainAll(sweep: Sweep, io: Io) {
  const progress = createProgress(io);
  const started = performance.now();
  for await (const report of sweep.train({ signal: io.signal })) {
    const { training, models, rung, rungs } = report;
    const what = rungs > 1 ? `rung ${rung}/${rungs}  ${training} of ${models} models` : `${models} models`;
    progress.update({ ...report, what });
  }
  progress.clear();
  const isCut = io.signal.aborted && sweep.steps < sweep.totalSteps;
  return { stopped: isCut ? { step: sweep.steps } : null, trainMs: performance.now() - started };
}

/** Updates of all models. */
const allSteps = (sweep: Sweep): number => sweep.modelSteps().reduce((sum, steps) => sum + steps, 0);

const isHalved = ({ rungs }: Sweep): boolean => rungs.length > 1;

async function resultsOf(sweep: Sweep): Promise<ModelResult[]> {
  const scores = await sweep.evaluate();
  const losses = await sweep.losses();
  const divergences = await sweep.divergences();
  const steps = sweep.modelSteps();
  const settings = differingSettings(scores.map((_, i) => sweep.run(i)));
  return scores.map((score, model) => ({
    model,
    settings: settings[model]!,
    steps: steps[model]!,
    ...score,
    loss: losses[model]!,
    diverged: divergences[model]!,
  }));
}

async function bestOf(sweep: Sweep) {
  const { metric } = sweep;
  return { metric, ...(await sweep.best()) };
}

/** Each model's settings that are not the same in all of them, by the paths that a sweep document uses. */
function differingSettings(runs: readonly CanonicalRun[]): Record<string, unknown>[] {
  const all = runs.map(settingsOf);
  const paths = [...new Set(all.flatMap((settings) => Object.keys(settings)))];
  const values = (path: string) =>
    new Set(all.filter((each) => path in each).map((each) => JSON.stringify(each[path])));
  // Models whose start follows their seed need it named once.
  const follows = all.every((settings) => settings.seed === settings['init.seed']);
  const differing = paths.filter((path) => values(path).size > 1 && !(follows && path === 'init.seed'));
  return all.map((settings) =>
    Object.fromEntries(differing.filter((path) => path in settings).map((path) => [path, settings[path]])),
  );
}

function settingsOf({ seed, l2, init, optimizer, layers }: CanonicalRun): Record<string, unknown> {
  const rates = layers.slice(0, -1).map(({ dropRate }) => dropRate);
  const { weights: _, ...start } = init;
  const within = (part: string, fields: object) =>
    Object.entries(fields).map(([key, value]) => [`${part}.${key}`, value]);
  return {
    seed,
    l2,
    dropRate: rates.every((rate) => rate === rates[0]) ? (rates[0] ?? 0) : rates,
    ...Object.fromEntries(within('init', start)),
    ...Object.fromEntries(within('optimizer', optimizer)),
  };
}

/** The best models first, those that diverged last. */
function summary(
  sweep: Sweep,
  models: readonly ModelResult[],
  best: Awaited<ReturnType<typeof bestOf>> | null,
  written: readonly string[],
): string {
  const set = sweep.metric.startsWith('validation') ? 'validation' : 'train';
  const badness = ({ diverged, ...scores }: ModelResult) => {
    if (diverged) return Number.POSITIVE_INFINITY;
    return sweep.metric.endsWith('loss') ? scores[set]!.loss : -scores[set]!.accuracy!;
  };
  const ranked = [...models].sort((a, b) => badness(a) - badness(b) || a.model - b.model);
  const paths = [...new Set(models.flatMap(({ settings }) => Object.keys(settings)))];
  const hasTest = models[0]!.test !== null;
  const titles = [
    'model',
    ...paths.map((path) => titleOf(path, paths)),
    ...(isHalved(sweep) ? ['steps'] : []),
    `${set} loss`,
    'accuracy',
    ...(hasTest ? ['test loss', 'accuracy'] : []),
    '',
  ];
  const rows = ranked
    .slice(0, SHOWN)
    .map((each) => [
      String(each.model),
      ...paths.map((path) => cell(each.settings[path])),
      ...(isHalved(sweep) ? [String(each.steps)] : []),
      short(each[set]!.loss),
      percent(each[set]!.accuracy),
      ...(each.test ? [short(each.test.loss), percent(each.test.accuracy)] : []),
      each.diverged ? `diverged at step ${each.diverged.step}` : each.model === best?.model ? 'best' : '',
    ]);
  const { name, adapter, precision, strategy } = sweep.backend;
  const right = titles.slice(0, -1).map((_, column) => column);
  const rest = models.length - rows.length;
  return [
    `${sweep.models} models, ${sweep.steps} of ${sweep.totalSteps} steps on ${name} (${adapter}), ${precision}, ${strategy}\n`,
    ...(isHalved(sweep) ? [`${rungsText(sweep)}\n`] : []),
    '\n',
    table([titles, ...rows], right),
    ...(rest > 0 ? [`and ${rest} more${written.length > 0 ? ` in ${written[0]}` : ''}\n`] : []),
    ...written.map((file) => `wrote ${file}\n`),
  ].join('');
}

/** `27 models to step 2, 9 to 6, 3 to 18, 1 to 54` */
const rungsText = ({ rungs }: Sweep): string =>
  rungs
    .map(({ models, steps }, i) => `${models}${i === 0 ? ' models' : ''} to ${i === 0 ? 'step ' : ''}${steps}`)
    .join(', ');

/** The last part of a path where it says enough. */
function titleOf(path: string, paths: readonly string[]): string {
  const last = path.split('.').at(-1)!;
  const isUnique = paths.filter((each) => each.split('.').at(-1) === last).length === 1;
  return isUnique && last !== 'name' ? last : path;
}

function cell(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return short(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
