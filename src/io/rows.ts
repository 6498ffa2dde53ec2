// The rows of a data set as CSV text: what other programs need to train on the same ones.

import type { LoadedDataset } from '../data/load.ts';

const PARTS = ['train', 'validation', 'test'] as const;

/**
 * One line for each row: its part (0 training, 1 validation, 2 test), its inputs as the network sees them (scaled where the
 * run says so), its targets. The header names the columns.
 */
export function toCsv(data: Pick<LoadedDataset, 'inputs' | 'targets' | 'columns' | (typeof PARTS)[number]>): string {
  const { inputs, targets } = data;
  const columns = data.columns ?? Array.from({ length: inputs }, (_, i) => `x${i + 1}`);
  const wanted = targets === 1 ? ['y'] : Array.from({ length: targets }, (_, i) => `y${i + 1}`);
  const lines = PARTS.flatMap((part, number) => {
    const rows = data[part];
    return Array.from({ length: rows?.count ?? 0 }, (_, r) =>
      [number, ...rows!.x.slice(r * inputs, (r + 1) * inputs), ...rows!.y.slice(r * targets, (r + 1) * targets)].join(
        ',',
      ),
    );
  });
  return [['part', ...columns.map(quoted), ...wanted].join(','), ...lines, ''].join('\n');
}

/** On one line, whatever a column is called: readers skip the header as one line. */
function quoted(name: string): string {
  const line = name.replaceAll(/[\r\n]+/g, ' ');
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}
