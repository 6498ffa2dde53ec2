// Results as JSON text. Numbers that JSON lacks become the strings "Infinity", "-Infinity" and "NaN".

/** Typed arrays become plain lists. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, replaceSpecial, indent);
}

function replaceSpecial(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Float32Array);
  return value;
}
