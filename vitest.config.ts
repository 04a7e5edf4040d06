import { defineConfig } from 'vitest/config'

/** Files that mock modules, or measure their process: each needs one of its own. */
const APART = ['test/integration/{migrations-required,security-limits}.test.ts']

const withServer = { globalSetup: 'test/support/global-setup.ts', testTimeout: 30_000, hookTimeout: 30_000 }

export default defineConfig({
  test: {
    // Two cores: the third works while the others wait for what takes its time.
    maxWorkers: 3,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false, testTimeout: 30_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: APART,
          isolate: false,
          ...withServer,
        },
      },
      { test: { name: 'faults', include: ['test/faults/**/*.test.ts', ...APART], ...withServer } },
      { test: { name: 'examples', include: ['test/examples/**/*.test.ts'], ...withServer } },
      {
        test: {
          name: 'docs',
          include: ['test/docs/{code-blocks,docstring-examples,errors,links}.test.ts'],
          ...withServer,
        },
      },
    ],
  },
})
