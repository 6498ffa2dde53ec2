// How a run document trains: optimizer, schedule, batches, length, recording, early stopping.

import type { Fields } from './checks.ts';
import {
  anyObject,
  fail,
  flag,
  integer,
  interval,
  list,
  number,
  object,
  oneOf,
  required,
  show,
  table,
} from './checks.ts';
import { DEFAULTS, METRICS, OPTIMIZER_RANGES, OPTIMIZERS, RANGES, SCHEDULE_RANGES, SCHEDULES } from './defaults.ts';
import type {
  Batch,
  CanonicalData,
  CanonicalOptimizer,
  CanonicalRun,
  CanonicalSchedule,
  EarlyStopping,
  OptimizerName,
  Schedule,
} from './types.ts';
import type { Seeds } from './validate-data.ts';

const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS) as OptimizerName[];
const SCHEDULE_NAMES = Object.keys(SCHEDULES) as Schedule['name'][];

/** The name of an object that is chosen by it, before its other keys are known. */
function nameOf<T extends string>(path: string, value: unknown, names: readonly T[]): { name: T; fields: Fields } {
  const example = `{ "name": "${typeof value === 'string' && names.includes(value as T) ? value : names[0]}" }`;
  const fields = anyObject(path, value, example);
  return { name: oneOf(`${path}.name`, required(path, fields, 'name', `Write ${example}.`), names), fields };
}

// ---------------------------------------------------------------- optimizer

export function validateOptimizer(path: string, value: unknown): CanonicalOptimizer {
  const { name, fields } = nameOf(path, value, OPTIMIZER_NAMES);
  const defaults: Readonly<Record<string, number | boolean>> = OPTIMIZERS[name];
  object(path, fields, `the optimizer "${name}"`, ['name', ...Object.keys(defaults), 'clipNorm', 'schedule'], '{}');
  const constants = Object.entries(defaults).map(([key, fallback]) => {
    const given = fields[key] ?? fallback;
    return [key, validateOptimizerConstant(`${path}.${key}`, key, given)];
  });
  return {
    name,
    ...Object.fromEntries(constants),
    ...(fields.clipNorm !== undefined && { clipNorm: number(`${path}.clipNorm`, fields.clipNorm, RANGES.clipNorm) }),
    schedule: validateSchedule(`${path}.schedule`, fields.schedule ?? { name: DEFAULTS.schedule }),
  } as CanonicalOptimizer;
}

/** One constant by its key, as the optimizers' table and a sweep's axes have it. */
export function validateOptimizerConstant(path: string, key: string, value: unknown): number | boolean {
  return key === 'epsilonInside' ? flag(path, value) : number(path, value, OPTIMIZER_RANGES[key]);
}

function validateSchedule(path: string, value: unknown): CanonicalSchedule {
  const { name, fields } = nameOf(path, value, SCHEDULE_NAMES);
  const defaults: Readonly<Record<string, number>> = SCHEDULES[name];
  const keys = name === 'given' ? ['values'] : Object.keys(defaults);
  object(path, fields, `the schedule "${name}"`, ['name', ...keys], '{}');
  if (name === 'given') {
    const values = required(path, fields, 'values', 'Write the rate of each step, [0.1, 0.05, …].');
    return { name, values: list(`${path}.values`, values, 'rates', (at, rate) => number(at, rate, RANGES.rate)) };
  }
  const constants = Object.entries(defaults).map(([key, fallback]) => {
    const { within, whole } = SCHEDULE_RANGES[key]!;
    return [key, (whole ? integer : number)(`${path}.${key}`, fields[key] ?? fallback, within)];
  });
  return { name, ...Object.fromEntries(constants) } as CanonicalSchedule;
}

// ---------------------------------------------------------------- batches

export function validateBatch(value: unknown, seeds: Seeds): Required<Batch> {
  const fields = object('batch', value, 'batch', ['size', 'order', 'seed'], '{ "size": 64 }');
  const size = validateSize(fields.size ?? DEFAULTS.batchSize);
  const order = validateOrder(fields.order ?? DEFAULTS.batchOrder);
  if (size === 'full' && typeof order !== 'string') {
    fail(
      'batch.size',
      '"full" is always file order, so a given order has no effect. Write a number, or remove batch.order.',
    );
  }
  return { size, order, seed: integer('batch.seed', fields.seed ?? seeds.root, seeds.within) };
}

function validateSize(value: unknown): number | 'full' {
  if (value === 'full') return value;
  if (typeof value === 'number') return integer('batch.size', value, RANGES.batchSize, 'For all rows write "full".');
  fail('batch.size', `${show(value)} is not a batch size. Allowed: "full" or an integer in ${RANGES.batchSize.text}.`);
}

function validateOrder(value: unknown): Required<Batch>['order'] {
  if (Array.isArray(value))
    return table('batch.order', value, 'row indices', (at, row) => integer(at, row, interval('[0, ∞)')));
  if (value === 'shuffle' || value === 'sequential') return value;
  fail(
    'batch.order',
    `${show(value)} is not an order. Allowed: "shuffle", "sequential", or a list of row indices for each epoch.`,
  );
}

/** A given order names training rows that are there. */
export function checkOrder({ order }: Required<Batch>, trainRows: number): void {
  if (typeof order === 'string') return;
  const rows = interval(`[0, ${trainRows - 1}]`);
  const advice = `The training set has ${trainRows} rows, counted from 0.`;
  order.forEach((epoch, e) => {
    epoch.forEach((row, i) => {
      integer(`batch.order[${e}][${i}]`, row, rows, advice);
    });
  });
}

// ---------------------------------------------------------------- length, recording, stopping

export function validateLength(fields: Fields): Pick<CanonicalRun, 'steps' | 'epochs'> {
  if (fields.steps !== undefined && fields.epochs !== undefined) {
    fail('epochs', `${show(fields.epochs)} given together with steps. Allowed: one of them. Remove one.`);
  }
  if (fields.epochs !== undefined) return { epochs: integer('epochs', fields.epochs, RANGES.length) };
  return { steps: integer('steps', fields.steps ?? DEFAULTS.steps, RANGES.length) };
}

/** Without `record`, about a hundred points along the run, in the unit of its length. */
export function validateRecord(value: unknown, { steps, epochs }: Pick<CanonicalRun, 'steps' | 'epochs'>) {
  const every = Math.max(1, Math.ceil((steps ?? epochs ?? 0) / DEFAULTS.recordedPoints));
  if (value === undefined) return steps === undefined ? { epochs: every } : every;
  if (typeof value === 'number') return integer('record', value, RANGES.recordEvery, 'It counts steps.');
  const fields = object('record', value, 'record', ['epochs'], '1000 (steps) or { "epochs": 10 }');
  const epochsGiven = required('record', fields, 'epochs', 'Write { "epochs": 10 }, or a number of steps.');
  return { epochs: integer('record.epochs', epochsGiven, RANGES.recordEvery) };
}

export function validateEarlyStopping(value: unknown, data: CanonicalData): Required<EarlyStopping> {
  const fields = object('earlyStopping', value, 'earlyStopping', ['patience', 'metric'], '{ "patience": 10 }');
  const patience = required('earlyStopping', fields, 'patience', 'Write how many epochs to wait for a better value.');
  if (data.validationFraction === 0) {
    fail('earlyStopping', 'needs rows to watch, and none are held out. Write "validationFraction": 0.2 in data.');
  }
  return {
    patience: integer('earlyStopping.patience', patience, RANGES.patience, 'It counts epochs.'),
    metric: oneOf('earlyStopping.metric', fields.metric ?? DEFAULTS.metric, METRICS),
  };
}
