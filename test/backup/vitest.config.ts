import { defineConfig } from 'vitest/config'

/** Needs the programs of an installed PostgreSQL: `npm run test:backup`. */
export default defineConfig({
  test: {
    name: 'backup',
    include: ['test/backup/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
})
