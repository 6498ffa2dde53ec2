// `basin check` when a gradient is wrong, and what nobody foresaw.
import { expect, test, vi } from 'vitest';
import type { GradientCheck } from '../../src/train/gradient-check.ts';
import { basin } from '../support/cli.ts';

// Layer 2 of every numeric check comes out wrong by a part in a thousand.
vi.mock('../../src/train/gradient-check.ts', async (original) => {
  const real = await original<typeof import('../../src/train/gradient-check.ts')>();
  const checkGradient = async (...args: Parameters<typeof real.checkGradient>): Promise<GradientCheck> => {
    const check = await real.checkGradient(...args);
    return { ...check, layers: check.layers.map((difference, l) => (l === 1 ? 1e-3 : difference)) };
  };
  return { ...real, checkGradient };
});

test('a difference: exit 5, and the layer is marked', async () => {
  const { code, stdout } = await basin(['check', 'gradient-checking/n-dimensional']);
  expect(code).toBe(5);
  expect(stdout).toMatch(/layer 2 .* 1\.00e-3 ✗/);
  expect(stdout).toMatch(/layer 1 .*e-\d+ ✓/);
  expect(stdout).toContain('A difference was found');
});

test('an error that nobody foresaw: exit 1, and where it happened', async () => {
  const readStdin = () => Promise.reject(new TypeError('unforeseen'));
  const { code, stderr } = await basin(['run', '-'], { readStdin });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^basin: internal error, please report it: TypeError: unforeseen\n +at /);
});
