import { defineConfig } from 'vitest/config'

/** What takes minutes, with a million events: `npm run test:large`. */
export default defineConfig({
  test: {
    name: 'large',
    include: ['test/large/**/*.test.ts', 'test/docs/runner.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 900_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
  },
})
