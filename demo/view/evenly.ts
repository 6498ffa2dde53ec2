// Some of many, for ticks and tables.

/** `wanted` numbers from 0 to `length` − 1, evenly, with both ends. */
export function evenly(length: number, wanted: number): number[] {
  const parts = Math.min(length, wanted);
  return Array.from({ length: parts }, (_, i) => Math.round((i * (length - 1)) / Math.max(1, parts - 1)));
}
