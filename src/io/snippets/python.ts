// What the programs for all frameworks share: plain Python around the rows, the batches and the length. Pure text, no device.

import { SpecError } from '../../core/errors.ts';
import { DEFAULTS } from '../../spec/defaults.ts';
import type { CanonicalRun, LossName, Run } from '../../spec/types.ts';
import { validate } from '../../spec/validate.ts';

/** The file that `toCsv` makes; programs expect it beside them. */
export const ROWS_FILE = 'rows.csv';

export interface FittedRun extends CanonicalRun {
  loss: LossName;
}

/** @throws SpecError where the document is not valid, or is for a CSV file whose labels nobody has read. */
export function fitted(run: Run): FittedRun {
  const canonical = validate(run);
  if (canonical.loss) return { ...canonical, loss: canonical.loss };
  throw new SpecError(
    'loss',
    'follows the labels of the CSV file. Pass the run as a session or sweep has it, or write it.',
  );
}

/** Output columns of the targets: classes are one. */
export function targetColumns({ data }: CanonicalRun): number {
  const first = 'x' in data ? data.y[0] : 0;
  return Array.isArray(first) ? first.length : 1;
}

/** A comment cannot be left by what a person calls a run. */
const oneLine = (text: string) => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

/** Comment lines at the top: what it is, what it needs, what is not the same. */
export function header(run: CanonicalRun, framework: string, needs: string, differences: readonly string[]): string[] {
  const name = run.name === undefined ? '' : `: ${oneLine(run.name)}`;
  const rows = run.data.standardize ? 'split, and scaled to mean 0 and deviation 1' : 'split';
  return [
    `# A run of Basin in ${framework}${name}`,
    `# Needs ${needs}, numpy, and ${ROWS_FILE} beside it: the rows as Basin trains on them (${rows}).`,
    '# Not the same:',
    ...[`random numbers: they are ${framework}'s own`, ...differences].map((each) => `# - ${each}`),
  ];
}

/** Differences of every framework. */
export function commonDifferences(run: CanonicalRun): string[] {
  const drops = run.layers.some(({ dropRate }) => dropRate > 0);
  const masks = run.layers.some(({ dropMasks }) => dropMasks !== undefined);
  return [
    ...(masks ? ['the run says which units are dropped at each step; other ones are dropped here'] : []),
    ...(drops && run.rng === 'numpy' && !masks
      ? ['the run drops the same units in each epoch, here they are fresh']
      : []),
  ];
}

/** Reads the rows: x, y and the function `part`. */
export function readRows(run: CanonicalRun, wrap: (table: string) => string): string[] {
  const targets = targetColumns(run);
  const table = `np.loadtxt('${ROWS_FILE}', delimiter=',', skiprows=1, dtype=np.float32, ndmin=2)`;
  return [
    `# Columns: part (0 training, 1 validation, 2 test), the inputs, ${targets === 1 ? 'the target' : `${targets} targets`}.`,
    `table = ${wrap(table)}`,
    '',
    '',
    'def part(number):',
    '    rows = table[table[:, 0] == number]',
    `    return rows[:, 1:-${targets}], rows[:, -${targets}:]`,
    '',
    '',
    'x, y = part(0)',
  ];
}

/** STEPS_PER_EPOCH, STEPS and the endless generator of batches; `arange` and `permutation` make row numbers. */
export function batches(
  run: CanonicalRun,
  { arange, permutation, array }: { arange: string; permutation: string; array: string },
  give: (rows: string) => string,
): string[] {
  const { size, order } = run.batch;
  const steps = run.steps === undefined ? `${run.epochs} * STEPS_PER_EPOCH` : String(run.steps);
  const rows = Array.isArray(order) ? order[0]!.length : 'len(x)';
  const orders = Array.isArray(order) ? ['', `ORDERS = ${JSON.stringify(order)}  # an epoch each, in turn`] : [];
  const sized = size === 'full' ? 'len(x)' : `min(${size}, ${rows})`;
  const next = order === 'sequential' || size === 'full' ? `${arange}(len(x))` : `${permutation}(len(x))`;
  const epoch = Array.isArray(order) ? `${array}(ORDERS[epoch % len(ORDERS)])` : next;
  return [
    `BATCH = ${sized}`,
    `STEPS_PER_EPOCH = math.ceil(${rows} / BATCH)`,
    `STEPS = ${steps}`,
    ...orders,
    '',
    '',
    'def batches():',
    Array.isArray(order) ? '    for epoch in itertools.count():' : '    while True:',
    `        order = ${epoch}`,
    '        for first in range(0, len(order), BATCH):',
    `            yield ${give('order[first : first + BATCH]')}`,
  ];
}

/** How a framework writes what schedules are made of. */
export interface Functions {
  max(a: string, b: string): string;
  min(a: string, b: string): string;
  /** ⌊a / b⌋ */
  floor(a: string, b: number): string;
  cos(a: string): string;
}

/** The learning rate in terms of `step`, `epoch` and `RATES`; null where it is constant. */
export function rateExpression({ optimizer }: CanonicalRun, f: Functions): string | null {
  const { learningRate: alpha, schedule } = optimizer;
  switch (schedule.name) {
    case 'constant':
      return null;
    case 'inverseTime':
      return `${alpha} / (1 + ${schedule.decayRate} * ${f.floor(f.max('0', `epoch - ${schedule.delay}`), schedule.every)})`;
    case 'step':
      return `${alpha} * ${schedule.factor} ** ${f.floor('epoch', schedule.every)}`;
    case 'exponential':
      return `${alpha} * ${schedule.decayRate} ** epoch`;
    case 'cosine': {
      const done = f.min('1', 'step / max(1, STEPS)');
      return `${schedule.min} + (${alpha} - ${schedule.min}) * (1 + ${f.cos(`math.pi * ${done}`)}) / 2`;
    }
    case 'given':
      return `RATES[${f.min('step', 'len(RATES) - 1')}]`;
    default:
      return schedule satisfies never;
  }
}

/** Which modules a program uses, by what it says. */
export function imports(body: readonly string[], modules: readonly string[]): string[] {
  const text = body.join('\n');
  return modules.filter((name) => text.includes(`${name}.`)).map((name) => `import ${name}`);
}

/** Early stopping watches the loss unless told otherwise. */
export const watchesLoss = ({ earlyStopping }: CanonicalRun) =>
  (earlyStopping?.metric ?? DEFAULTS.metric) === 'validation.loss';
