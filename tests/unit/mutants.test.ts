// The bugs that `npm run test:mutants` plants are text replacements: each text must stand in its file, once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MUTANTS } from '../../scripts/mutant-list.mjs';

const ROOT = join(import.meta.dirname, '../..');

test.each(MUTANTS.map((mutant) => [`${mutant.file}: ${mutant.name}`, mutant] as const))(
  '%s',
  (_, { file, from, to }) => {
    expect(to).not.toBe(from);
    expect(readFileSync(join(ROOT, file), 'utf8').split(from).length - 1).toBe(1);
  },
);
