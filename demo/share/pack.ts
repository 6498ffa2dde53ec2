// JSON as text for an address: deflated (RFC 1951), then base64url (RFC 4648 §5) without padding. Knows nothing of runs.

import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';

/** A link may unfold to this many bytes: some 40,000 drawn points. */
export const MOST_BYTES = 2 ** 20;
/** One bite of input unfolds to a thousand times its size at most, so a bomb is seen before it fills the memory. */
const BITE = 1024;

/** Says what is wrong with a packed text, as the end of a sentence about it. */
export class PackError extends Error {}

export function pack(value: unknown): string {
  const bytes = deflateSync(strToU8(JSON.stringify(value)), { level: 9 });
  return btoa(strFromU8(bytes, true)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @throws PackError */
export function unpack(text: string): unknown {
  const json = strFromU8(inflate(decode(text)));
  try {
    return JSON.parse(json);
  } catch {
    throw new PackError('does not hold a document');
  }
}

function decode(text: string): Uint8Array {
  if (!/^[\w-]*$/.test(text)) throw new PackError('holds characters that no link of the lab has');
  try {
    return strToU8(atob(text.replaceAll('-', '+').replaceAll('_', '/')), true);
  } catch {
    throw new PackError('is cut off or changed');
  }
}

function inflate(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Inflate((part) => {
    size += part.length;
    parts.push(part);
  });
  try {
    for (let at = 0; at === 0 || at < bytes.length; at += BITE) {
      stream.push(bytes.subarray(at, at + BITE), at + BITE >= bytes.length);
      if (size > MOST_BYTES) break;
    }
  } catch {
    throw new PackError('is cut off or changed');
  }
  if (size > MOST_BYTES) throw new PackError('unfolds to more than 1 MB');
  return joined(parts, size);
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
