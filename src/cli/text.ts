// Numbers, tables and JSON as people read them.

import { toJson } from '../io/json.ts';

const LINE = 110;

/** JSON with everything that fits on a line, and every list of plain values, on one line. */
export function prettyJson(value: unknown): string {
  return `${layOut(JSON.parse(toJson(value)), '')}\n`;
}

const isPlain = (value: unknown) => typeof value !== 'object' || value === null;

function layOut(value: unknown, indent: string): string {
  if (isPlain(value)) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const line = oneLine(value);
  if (line.length + indent.length <= LINE || (isList && value.every(isPlain))) return line;
  const inner = `${indent}  `;
  const parts = Object.entries(value as object).map(
    ([key, each]) => `${inner}${isList ? '' : `${JSON.stringify(key)}: `}${layOut(each, inner)}`,
  );
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (isPlain(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  const parts = Object.entries(value as object).map(([key, each]) => `${JSON.stringify(key)}: ${oneLine(each)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

/** Columns padded to their widest cell; those whose index is in `right` are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, c) => (right.includes(c) ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!))).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/** Four digits that matter. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(3) : String(Number(value.toPrecision(4)));
}

/** A fraction of 1 in percent; a dash where there is none. */
export function percent(fraction: number | null | undefined): string {
  return fraction == null ? '–' : `${(100 * fraction).toFixed(2)} %`;
}

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}`;
}

/** A field of a CSV line. RFC 4180. */
export function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
