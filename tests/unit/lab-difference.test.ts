// Merge patches of JSON. The cases are those of RFC 7396, appendix A: original, patch, result.
import { expect, test } from 'vitest';
import { difference, merged } from '../../demo/share/difference.ts';

test.each([
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
])('%s with %s is %s', (original, patch, result) => {
  expect(merged(JSON.parse(original), JSON.parse(patch))).toEqual(JSON.parse(result));
});

test('a difference holds what changed and nothing else', () => {
  const from = { a: 1, b: { c: [1, 2], d: 2 }, e: 'gone' };
  const to = { a: 1, b: { c: [1, 3], d: 2 }, f: { g: 0 } };
  expect(difference(from, to)).toEqual({ e: null, b: { c: [1, 3] }, f: { g: 0 } });
  expect(merged(from, difference(from, to))).toEqual(to);
});
