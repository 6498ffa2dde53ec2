// Vitest projects, by what they need: `unit` runs in Node alone, `gpu` and `e2e` drive one headless Chrome.
// The builds have their own configuration in scripts/build.mjs.
import { defineConfig } from 'vitest/config';
import { assemblyscript } from './scripts/assemblyscript.mjs';

const plugins = [assemblyscript()];

// One device: files run one after another, and after the unit tests.
const browserTests = {
  environment: 'node',
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 120_000,
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        plugins,
        test: { name: 'unit', environment: 'node', include: ['tests/unit/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        plugins,
        test: {
          ...browserTests,
          name: 'gpu',
          include: ['tests/gpu/**/*.test.ts'],
          globalSetup: ['tests/gpu/setup.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins,
        test: { ...browserTests, name: 'e2e', include: ['tests/e2e/**/*.test.ts'], sequence: { groupOrder: 2 } },
      },
    ],
  },
});
