// All cases of all ops.
import type { OpName } from '../../src/ops/table.ts';
import type { OpCase } from '../support/op-case.ts';
import { activationCases } from './activation.ts';
import { batchCases } from './batch.ts';
import { denseCases } from './dense.ts';
import { dropoutCases } from './dropout.ts';
import { lossCases } from './loss.ts';
import { optimizerCases } from './optimizer.ts';
import { residentCases } from './resident.ts';

export const allCases: OpCase[] = [
  ...activationCases,
  ...batchCases,
  ...denseCases,
  ...dropoutCases,
  ...lossCases,
  ...optimizerCases,
  ...residentCases,
];

export const casesOf = (op: OpName): OpCase[] => allCases.filter((opCase) => opCase.op === op);
