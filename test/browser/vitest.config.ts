import { defineConfig } from 'vitest/config'

/** The admin page and the site of the docs, in a real browser: `npm run test:browser`. */
export default defineConfig({
  test: {
    name: 'browser',
    include: ['test/browser/**/*.test.ts', 'test/docs/site.test.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/browser/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
