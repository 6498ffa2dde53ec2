// Values between Node and the page as JSON that loses nothing: typed arrays bit for bit, NaN, infinities, -0 and undefined.

const TYPED_ARRAYS = {
  Float32Array,
  Float64Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  Int32Array,
} as const;

type TypedArrayName = keyof typeof TYPED_ARRAYS;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

function fromBase64(base64: string): ArrayBuffer {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
}

function encodeView(view: ArrayBufferView): unknown {
  const type = view.constructor.name;
  if (!(type in TYPED_ARRAYS))
    throw new TypeError(`codec: ${type} cannot travel; use one of ${Object.keys(TYPED_ARRAYS)}`);
  return { $typed: type, base64: toBase64(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)) };
}

function encodeNumber(value: number): unknown {
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : { $number: Object.is(value, -0) ? '-0' : `${value}` };
}

function mapValues(value: object, change: (inner: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]));
}

export function encode(value: unknown): unknown {
  if (value === undefined) return { $undefined: true };
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'function') throw new TypeError('codec: a function cannot travel');
  if (value === null || typeof value !== 'object') return value;
  if (ArrayBuffer.isView(value)) return encodeView(value);
  return Array.isArray(value) ? value.map(encode) : mapValues(value, encode);
}

export function decode(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(decode);
  if ('$undefined' in value) return undefined;
  if ('$number' in value) return Number(value.$number);
  if ('$typed' in value && 'base64' in value) {
    return new TYPED_ARRAYS[value.$typed as TypedArrayName](fromBase64(String(value.base64)));
  }
  return mapValues(value, decode);
}
