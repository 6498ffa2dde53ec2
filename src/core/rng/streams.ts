// The independent streams that one seed gives, by purpose.

import { foldIn, type Key, key } from './threefry.ts';

export const STREAM = { data: 1, split: 2, init: 3, batch: 4, dropout: 5, landscape: 6 } as const;

/** The key of `seed`'s stream for one purpose. */
export function streamKey(seed: number, stream: keyof typeof STREAM): Key {
  return foldIn(key(seed), STREAM[stream]);
}
