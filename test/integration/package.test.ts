import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useDatabase } from '../support/database.ts'

const PROJECT = resolve(import.meta.dirname, '../..')
const TSC = join(PROJECT, 'node_modules/typescript/bin/tsc')
const run = promisify(execFile)
const database = useDatabase()

const PROGRAM = `
import { EventStore, WrongExpectedVersionError, type RecordedEvent } from 'pg-event-store'
import { kyselyClient } from 'pg-event-store/adapters'
import { listMigrations } from 'pg-event-store/migrations'

type Events = { Counted: { n: number } }
const connectionString = process.env.DATABASE_URL ?? ''
const store = new EventStore<Events>({ connectionString })
await store.append('a', { type: 'Counted', data: { n: 1 } }, { expectedVersion: 'no-stream' })
const events: RecordedEvent<Events>[] = await store.read('a').toArray()
const error: unknown = await store.append('a', { type: 'Counted', data: { n: 2 } }, { expectedVersion: 7 }).catch((e) => e)
// @ts-expect-error the type is unknown
store.append('a', { type: 'Lost', data: {} }, { expectedVersion: 'any' }).catch(() => {})
const migrations = await listMigrations({ connectionString })
await store.close()
console.log(JSON.stringify([events[0]?.data.n, error instanceof WrongExpectedVersionError, migrations.length, typeof kyselyClient]))
`

let consumer: string

/** A project that has the packed package and its dependencies installed. */
beforeAll(async () => {
  consumer = await mkdtemp(join(tmpdir(), 'event-store-consumer-'))
  const installed = join(consumer, 'node_modules', 'pg-event-store')
  await mkdir(installed, { recursive: true })
  await run(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--outDir', join(installed, 'dist')], { cwd: PROJECT })
  await writeFile(join(installed, 'package.json'), await readFile(join(PROJECT, 'package.json')))
  const { dependencies } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'))
  for (const name of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
    await mkdir(join(consumer, 'node_modules', name, '..'), { recursive: true })
    await symlink(join(PROJECT, 'node_modules', name), join(consumer, 'node_modules', name))
  }
  await writeFile(join(consumer, 'package.json'), '{ "type": "module" }')
  await writeFile(join(consumer, 'program.ts'), PROGRAM)
}, 60_000)

afterAll(() => rm(consumer, { recursive: true, force: true }))

describe('the package as a consumer gets it', () => {
  test.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types that a strict program compiles against, by module %s and resolution %s', async (module, resolution) => {
    await compile('--noEmit', '--module', module, '--moduleResolution', resolution)
  })

  test('runs when it is imported from plain JavaScript', async () => {
    await compile('--module', 'nodenext')
    const env = { ...process.env, DATABASE_URL: database.connectionString }
    const { stdout } = await run(process.execPath, [join(consumer, 'program.js')], { env })
    expect(JSON.parse(stdout)).toEqual([1, true, 1, 'function'])
  })
})

async function compile(...options: readonly string[]): Promise<void> {
  const strict = ['--strict', '--target', 'es2023', '--lib', 'es2023,esnext.disposable', '--types', 'node']
  await run(process.execPath, [TSC, ...strict, ...options, 'program.ts'], { cwd: consumer })
}
