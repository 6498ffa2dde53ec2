// Charts as SVG text: bars of rates on a logarithmic scale, and lines over a logarithmic axis. Colours come from the page's CSS.
import { median, show, summarize } from './stats.ts';

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

/** 1, 10, 100, … that lie in [low, high]. */
export function decades(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
}

export interface Bar {
  readonly label: string;
  readonly ours: boolean;
  readonly values: readonly number[];
}

const ROW = 40;

/** Horizontal bars to each median under its label, with a whisker over the range. `width` in CSS pixels. */
export function barChart(bars: readonly Bar[], unit: string, width: number): string {
  const drawn = bars.filter(({ values }) => values.length > 0);
  if (drawn.length === 0) return '';
  const all = drawn.flatMap(({ values }) => values);
  const low = Math.min(...all) / 3;
  const high = Math.max(...all) * 1.6;
  const right = 60;
  const x = (value: number) => ((width - right) * Math.log(value / low)) / Math.log(high / low);
  const height = drawn.length * ROW + 28;
  const grid = decades(low, high).map(
    (tick) =>
      `<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="0" y2="${height - 24}"/>` +
      `<text class="faint" x="${x(tick)}" y="${height - 8}" text-anchor="middle">${show(tick)}</text>`,
  );
  const rows = drawn.map(({ label, ours, values }, i) => {
    const { median: middle, min, max } = summarize(values);
    const y = i * ROW + 18;
    const colour = ours ? 'var(--ours)' : 'var(--peer)';
    return [
      `<text x="0" y="${y - 4}"${ours ? ' font-weight="600"' : ''}>${escaped(label)}</text>`,
      `<rect x="0" y="${y}" width="${Math.max(1, x(middle))}" height="16" rx="3" fill="${colour}"/>`,
      `<line x1="${x(min)}" x2="${x(max)}" y1="${y + 8}" y2="${y + 8}" stroke="var(--ink)" stroke-width="1.5"/>`,
      `<text x="${Math.max(x(middle), x(max)) + 6}" y="${y + 13}">${show(middle)}</text>`,
    ].join('');
  });
  return svg(width, height, `Median rates in ${unit}, logarithmic scale`, [...grid, ...rows]);
}

function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  const label = escaped(title);
  return `<svg viewBox="0 0 ${width} ${height}" style="max-width: ${width}px" role="img" aria-label="${label}">${parts.join('')}</svg>`;
}

export interface Line {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly rounds: readonly number[] }[];
}

const COLOURS = ['var(--ours)', 'var(--good)', 'var(--bad)', 'var(--peer)'];

/** Lines through medians over two logarithmic axes, their names above. `width` in CSS pixels. */
export function lineChart(lines: readonly Line[], xLabel: string, yLabel: string, width: number): string {
  const drawn = lines.filter(({ points }) => points.length > 0);
  const points = drawn.flatMap((line) => line.points.map(({ x, rounds }) => ({ x, y: median(rounds) })));
  if (points.length === 0) return '';
  const [left, right, top, bottom] = [56, 16, 20 * drawn.length + 8, 40];
  const height = top + bottom + 260;
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const [xLow, xHigh] = [Math.min(...xs), Math.max(...xs)];
  const [yLow, yHigh] = [Math.min(...ys) / 1.5, Math.max(...ys) * 1.5];
  const x = (value: number) => left + (width - left - right) * along(value, xLow, xHigh);
  const y = (value: number) => height - bottom - (height - top - bottom) * along(value, yLow, yHigh);
  const grid = decades(yLow, yHigh).map(
    (tick) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text class="faint" x="${left - 6}" y="${y(tick) + 4}" text-anchor="end">${show(tick)}</text>`,
  );
  const ticks = [...new Set(xs)].map(
    (tick) => `<text class="faint" x="${x(tick)}" y="${height - bottom + 18}" text-anchor="middle">${tick}</text>`,
  );
  const paths = drawn.map(({ label, points: own }, i) => {
    const colour = COLOURS[i % COLOURS.length]!;
    const places = own.map((point) => `${x(point.x).toFixed(1)},${y(median(point.rounds)).toFixed(1)}`);
    const dots = places.map((place) => `<circle cx="${place.replace(',', '" cy="')}" r="3.5" fill="${colour}"/>`);
    const key = `<text x="${left}" y="${14 + 20 * i}" style="fill: ${colour}" font-weight="600">${escaped(label)}</text>`;
    return `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}${key}`;
  });
  const below = `<text class="faint" x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">${escaped(xLabel)}</text>`;
  return svg(width, height, `${yLabel} over ${xLabel}, both logarithmic`, [...grid, ...ticks, ...paths, below]);
}

/** Where a value lies between two others on a logarithmic axis, 0 to 1. */
function along(value: number, low: number, high: number): number {
  return high > low ? Math.log(value / low) / Math.log(high / low) : 0.5;
}
