// The way back from canonical form: a run document without what its defaults say already.

import { SpecError } from '../core/errors.ts';
import type { Fields } from './checks.ts';
import type { Run } from './types.ts';
import { validate } from './validate.ts';

/**
 * The same run in fewer words: every key is left out without which the canonical form stays what it is.
 *
 * @throws SpecError when the document is not valid.
 */
export function shortForm(run: Run): Run {
  const canonical = validate(run);
  const meaning = JSON.stringify(canonical);
  const means = (candidate: unknown) => {
    try {
      return JSON.stringify(validate(candidate)) === meaning;
    } catch (error) {
      if (error instanceof SpecError) return false; // without this key it is no document
      throw error;
    }
  };
  return shorten(canonical as unknown as Fields, means) as unknown as Run;
}

/** @param means does the document say the same with this in the place of `fields`? */
function shorten(fields: Fields, means: (part: unknown) => boolean): Fields {
  let short = fields;
  for (const key of Object.keys(fields)) {
    const { [key]: value, ...without } = short;
    short = means(without)
      ? without
      : { ...short, [key]: shortenPart(value, (part) => means({ ...short, [key]: part })) };
  }
  return short;
}

/** Objects lose keys; lists keep their items, which may lose keys. */
function shortenPart(value: unknown, means: (part: unknown) => boolean): unknown {
  if (!Array.isArray(value)) return isObject(value) ? shorten(value, means) : value;
  return value.reduce<readonly unknown[]>((items, item, i) => {
    if (!isObject(item)) return items;
    return items.with(
      i,
      shorten(item, (part) => means(items.with(i, part))),
    );
  }, value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
