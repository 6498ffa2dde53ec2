// Numbers, tables and JSON as people read them.

import { toJson } from '../io/json.ts';

/** JSON with lists of plain values, and small objects, on one line each. */
export function prettyJson(value: unknown): string {
  return `${layOut(JSON.parse(toJson(value)), '')}\n`;
}

function layOut(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const isFlat = entries.every(([, each]) => typeof each !== 'object' || each === null);
  const flat = entries.map(([key, each]) =>
    isList ? JSON.stringify(each) : `${JSON.stringify(key)}: ${JSON.stringify(each)}`,
  );
  if (isFlat && isList) return `[${flat.join(', ')}]`;
  const line = `{ ${flat.join(', ')} }`;
  if (isFlat && (entries.length === 0 || line.length <= 100)) return entries.length === 0 ? '{}' : line;
  const parts = entries.map(
    ([key, each]) => `${inner}${isList ? '' : `${JSON.stringify(key)}: `}${layOut(each, inner)}`,
  );
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`;
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
