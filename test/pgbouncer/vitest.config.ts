import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { leftOutIn } from './left-out.ts'
import { LeftOutReporter } from './left-out-reporter.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What a test imports, and what it gets in its stead: the same by way of the pooler. */
const POOLED: readonly (readonly [imported: RegExp, instead: string])[] = [
  [/\/src\/index\.ts$/, 'pooled-index.ts'],
  [/\/src\/migrations\/index\.ts$/, 'pooled-migrations.ts'],
  [/^pg$/, 'pooled-pg.ts'],
  [/\/script\.ts$/, 'pooled-script.ts'],
]

const throughPooler = {
  name: 'through-pooler',
  enforce: 'pre' as const,
  resolveId(imported: string, importer: string | undefined) {
    if (!/\/test\/(integration|support)\/(?!test-run)/.test(importer ?? '')) return
    const instead = POOLED.find(([pattern]) => pattern.test(imported))?.[1]
    return instead && `${ROOT}test/pgbouncer/${instead}`
  },
}

function project(name: 'transaction' | 'session') {
  return {
    plugins: [throughPooler],
    test: {
      name,
      root: ROOT,
      include: ['test/integration/**/*.test.ts', 'test/pgbouncer/**/*.test.ts'],
      exclude: leftOutIn(name).flatMap(({ file, test }) => (test === undefined ? `test/integration/${file}` : [])),
      globalSetup: 'test/pgbouncer/global-setup.ts',
      setupFiles: 'test/pgbouncer/set-up.ts',
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  }
}

export default defineConfig({
  root: ROOT,
  test: {
    maxWorkers: 2,
    reporters: ['default', new LeftOutReporter()],
    projects: [project('transaction'), project('session')],
  },
})
