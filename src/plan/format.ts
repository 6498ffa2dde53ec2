// A plan as text: what people read, compare and assert on.

import { elements, planBytes } from './memory.ts';
import type { Dispatch, NetworkShape, Plan, SegmentName } from './plan.ts';

/** The header, the dispatches of one segment (default `step`), and the buffers they touch. */
export function formatPlan(plan: Plan, segment: SegmentName = 'step'): string {
  const dispatches = plan.segments[segment];
  const size = `${dispatches.length} dispatches, ${formatBytes(planBytes(plan))} in all`;
  const used = new Set(dispatches.flatMap((dispatch) => Object.values(dispatch.buffers)));
  const buffers = Object.values(plan.buffers).filter((buffer) => used.has(buffer.name) && elements(buffer) > 0);
  return [
    `${segment}  ${formatShape(plan.shape)}   ${size}`,
    `strategy ${plan.strategy.name}: ${plan.strategy.why}`,
    ...dispatches.map(formatDispatch),
    'buffers',
    ...buffers.map((buffer) => `  ${buffer.name.padEnd(16)} ${buffer.element.padEnd(4)} [${buffer.shape.join(' × ')}]`),
  ].join('\n');
}

function formatShape(shape: NetworkShape): string {
  const widths = [shape.inputs, ...shape.layers.map((layer) => layer.units)].join('-');
  const activations = [...new Set(shape.layers.slice(0, -1).map((layer) => layer.activation))].join('/') || 'linear';
  const batch = shape.gather ? `batch ${shape.batch} of ${shape.rows.train}` : `full batch of ${shape.batch}`;
  return `${shape.models} × ${widths} ${activations}, ${shape.loss}, ${shape.optimizer}, ${batch}`;
}

function formatDispatch(dispatch: Dispatch, index: number): string {
  const number = String(index + 1).padStart(3);
  const dims = formatNumbers(dispatch.dims);
  const buffers = Object.entries(dispatch.buffers).map(([name, buffer]) =>
    name === buffer ? name : `${name}=${buffer}`,
  );
  const when = whenOf(dispatch);
  return `${number} ${dispatch.op.padEnd(18)} ${[dims, formatNumbers(dispatch.constants), buffers.join(' ')].filter(Boolean).join(' | ')}${when}`;
}

function whenOf({ onlyRecorded, wholeRun, moreThan = 0, kernel }: Dispatch): string {
  return [
    onlyRecorded && '  (recorded steps only)',
    wholeRun && '  (once for all steps)',
    moreThan > 0 && `  (in runs of more than ${moreThan} steps)`,
    kernel && `  (${formatBytes(kernel.source.length)} of generated WGSL)`,
  ]
    .filter(Boolean)
    .join('');
}

const formatNumbers = (values: Readonly<Record<string, number>>) =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}
