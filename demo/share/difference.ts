// What one JSON object says otherwise than another, as a JSON merge patch (RFC 7396): null takes a key away.

export type Json = { readonly [key: string]: unknown };

/** The patch that makes `to` of `from`. Neither holds null; lists that differ are replaced whole. */
export function difference(from: Json, to: Json): Json {
  const gone = Object.keys(from).filter((key) => !Object.hasOwn(to, key));
  const other = Object.entries(to).flatMap(([key, value]): [string, unknown][] => {
    const before = Object.hasOwn(from, key) ? from[key] : undefined;
    if (JSON.stringify(before) === JSON.stringify(value)) return [];
    return [[key, isObject(before) && isObject(value) ? difference(before, value) : value]];
  });
  return Object.fromEntries([...gone.map((key): [string, null] => [key, null]), ...other]);
}

/** RFC 7396, section 2. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, merged(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
