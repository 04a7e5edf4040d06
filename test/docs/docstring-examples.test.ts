import { compileFunction } from 'node:vm'
import * as zlib from 'node:zlib'
import * as drizzleOrm from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import * as adapters from '../../src/adapters/index.ts'
import * as api from '../../src/index.ts'
import * as migrations from '../../src/migrations/index.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { runSql } from '../support/run-sql.ts'
import { checkExamples, type Example, examplesHost, readExamples, transpile } from './docs-site-examples.ts'
import { type Given, type Prepared, prepare } from './docs-site-given.ts'

const host = examplesHost()
const examples = readExamples(host)

/** The database of the examples, in their text. */
const DATABASE = 'postgres://localhost/shop'

/** What goes on until the store is closed. */
const ENDLESS = /for await .*(follow|subscri)|await subscription\.run/

const MODULES: Readonly<Record<string, unknown>> = {
  'pg-event-store': api,
  'pg-event-store/migrations': migrations,
  'pg-event-store/adapters': adapters,
  'drizzle-orm': drizzleOrm,
  'node:zlib': zlib,
}

type Run = (given: Given) => Promise<unknown>

test('the examples of docstrings compile', () => {
  expect(examples.length).toBeGreaterThan(60)
  expect(checkExamples(host, examples)).toEqual([])
})

describe('the examples of docstrings run', () => {
  const database = useDatabase()
  const ofStores = examples.filter(({ module }) => module !== 'pg-event-store/migrations')
  let schemas = 0

  test.each(ofStores)('$owner', async (example) => {
    const { connectionString } = database
    await runSql(connectionString, 'CREATE TABLE IF NOT EXISTS stock (product text, items int)')
    const prepared = await prepare(connectionString, `example_${++schemas}`, example)
    try {
      const ended = settled(load(example, connectionString)(prepared.given))
      if (ENDLESS.test(example.text)) await Promise.race([ended, eventually(() => expectProgress(prepared))])
      else await throwOf(ended)
      await prepared.given.store.close()
      await throwOf(ended)
    } finally {
      await prepared.close()
    }
  })
})

describe('the examples of migrations run', () => {
  const ofMigrations = examples.filter(({ module }) => module === 'pg-event-store/migrations')

  test.each(ofMigrations)('$owner', async (example) => {
    const database = await emptyTestDatabase()
    const prepared = await prepare(database.connectionString, 'eventstore', example)
    try {
      if (example.owner === 'createDatabase') await database.drop()
      await load(example, database.connectionString)(prepared.given)
    } finally {
      await prepared.close()
      await database.drop()
    }
  })
})

/** The function of an example, on a database of the tests. */
function load(example: Example, connectionString: string): Run {
  const code = transpile({ ...example, text: example.text.replaceAll(DATABASE, connectionString) })
  const exported: { example?: Run } = {}
  const require = (name: string) => {
    if (name in MODULES) return MODULES[name]
    throw new Error(`${example.owner} imports ${name}, which MODULES does not have`)
  }
  compileFunction(code, ['require', 'exports'])(require, exported)
  if (!exported.example) throw new Error(`${example.owner} has no function`)
  return exported.example
}

/** Something was handled, or acknowledged. */
async function expectProgress({ calls, given }: Prepared): Promise<void> {
  const checkpoints = (await given.store.listSubscriptions()).map(({ checkpoint }) => checkpoint)
  expect(calls() + Math.max(0, ...checkpoints)).toBeGreaterThan(0)
}

/** What the promise rejects with, but for the end that closing the store puts to it. */
function settled(promise: Promise<unknown>): Promise<{ readonly error?: unknown }> {
  return promise.then(
    () => ({}),
    (error: unknown) => (error instanceof api.ClosedError ? {} : { error }),
  )
}

async function throwOf(ended: Promise<{ readonly error?: unknown }>): Promise<void> {
  const outcome = await ended
  if ('error' in outcome) throw outcome.error
}
