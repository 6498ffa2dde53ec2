// `basin check`: are the gradients of this run right, and the same on every backend?

import type { Backend } from '../backend/backend.ts';
import { createCpuBackend } from '../backend/cpu.ts';
import { BackendError, LimitError } from '../core/errors.ts';
import { chooseBackend } from '../train/backends.ts';
import { checkGradient, compareGradients, type GradientCheck, type GradientParity } from '../train/gradient-check.ts';
import { prepareRun } from '../train/session.ts';
import { positionals, readArguments } from './args.ts';
import { about, readRun } from './documents.ts';
import { EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { table } from './text.ts';

/** Most that ‖a − b‖ / (‖a‖ + ‖b‖) may be, of differences in f64 and of f32 against f64. */
const MOST = { numeric: 2e-7, parity: 1e-5 } as const;

interface Column {
  readonly title: string;
  /** Layer by layer. */
  readonly differences: readonly number[];
  /** The most that each may be. */
  readonly allowed: readonly number[];
}

export async function checkCommand(argv: readonly string[], io: Io): Promise<number> {
  const { positionals: given } = readArguments(argv, {}, 'basin check');
  const [name] = positionals(given, ['PRESET|RUN.json|-'], 'basin check');
  const document = await readRun(io, name!);
  const { fitted, data } = await about(document, () => prepareRun(document.value, document.readText));
  const check = await about(document, () => checkGradient(fitted, data));
  const compare = (backend: Backend) => compareGradients(backend, fitted, data, check.parameters);
  const cpu = await compare(await createCpuBackend('f32'));
  const { gpu, why } = await onGpu(compare);
  const columns = [
    numericColumn(check),
    parityColumn('CPU f32', cpu),
    ...(gpu ? [parityColumn('WebGPU f32', gpu)] : []),
  ];
  const differs = columns.some(({ differences, allowed }) => differences.some((d, l) => !(d <= allowed[l]!)));
  const layers = fitted.layers.map(({ units, activation }, l) => {
    const fanIn = l === 0 ? data.inputs : fitted.layers[l - 1]!.units;
    return `layer ${l + 1}  ${fanIn} → ${units} ${activation}`;
  });
  await io.stdout(report(fitted.name ?? document.name, layers, columns, check, cpu.rows));
  await io.stdout(gpu ? `WebGPU: ${why}.\n` : `The WebGPU part was left out: ${why}\n`);
  await io.stdout(differs ? 'A difference was found: see the lines marked ✗.\n' : 'No difference found.\n');
  return differs ? EXIT.differs : EXIT.done;
}

async function onGpu(compare: (backend: Backend) => Promise<GradientParity>) {
  try {
    const { backend } = await chooseBackend({ backend: 'webgpu' });
    return { gpu: await compare(backend), why: backend.adapter };
  } catch (error) {
    if (error instanceof BackendError || error instanceof LimitError) return { gpu: null, why: error.message };
    throw error;
  }
}

const numericColumn = ({ layers, noise }: GradientCheck): Column => ({
  title: 'differences, f64',
  differences: layers,
  allowed: noise.map((each) => MOST.numeric + each),
});

const parityColumn = (title: string, { layers }: GradientParity): Column => ({
  title,
  differences: layers,
  allowed: layers.map(() => MOST.parity),
});

function report(
  name: string,
  layers: readonly string[],
  columns: readonly Column[],
  { rows, moved, difference }: GradientCheck,
  parityRows: number,
): string {
  const line = (layer: string, l: number) => [
    layer,
    ...columns.map(({ differences, allowed }) => {
      const mark = differences[l]! <= allowed[l]! ? '✓' : '✗';
      return `${differences[l]!.toExponential(2)} ${mark}`;
    }),
  ];
  const limits = columns.map((_, c) => `≤ ${(c === 0 ? MOST.numeric : MOST.parity).toExponential(0)}  `);
  const right = columns.map((_, c) => c + 1);
  return [
    `${name}: the gradient against other computations of it, ‖a − b‖ / (‖a‖ + ‖b‖)\n\n`,
    table([['', ...columns.map(({ title }) => `${title}  `)], ...layers.map(line), ['allowed', ...limits]], right),
    `\nFive-point differences over ${rows} rows: ${difference.toExponential(2)} for the whole gradient. `,
    `Backends against the CPU in f64 over ${parityRows} rows.\n`,
    'Rows count where every relu and leakyRelu unit is more than 1e-3 from its kink.\n',
    ...(moved ? ['At the start too few rows do, so the weights were moved by 0.1 · normal draws first.\n'] : []),
  ].join('');
}
