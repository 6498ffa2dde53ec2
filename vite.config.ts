// Vitest projects, by what they need: `unit` runs in Node alone, `gpu` and `e2e` drive one headless Chrome.
// The builds have their own configuration in scripts/build.mjs.
import { defineConfig } from 'vitest/config';

const browserTests = {
  environment: 'node',
  fileParallelism: false, // one device: files run one after another
  testTimeout: 60_000,
  hookTimeout: 60_000,
} as const;

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', environment: 'node', include: ['tests/unit/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { ...browserTests, name: 'gpu', include: ['tests/gpu/**/*.test.ts'] } },
      { test: { ...browserTests, name: 'e2e', include: ['tests/e2e/**/*.test.ts'], testTimeout: 120_000 } },
    ],
  },
});
