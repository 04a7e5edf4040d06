import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CheckpointAheadError, EventStore } from '../../src/index.ts'
import { createDatabase } from '../../src/migrations/index.ts'
import { eventually } from '../support/eventually.ts'
import { newEvents } from '../support/new-events.ts'
import { createReplicaFolder, type ReplicaFolder } from '../support/replica.ts'
import { installedPrograms } from '../support/replica-programs.ts'
import type { ReplicaServer } from '../support/replica-server.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'
import { type BusyStore, openBusyStore, type Payload } from './busy-store.ts'
import { expectRestored } from './expect-restored.ts'

const TOOLS = ['pg_dump', 'pg_restore', 'psql', 'pg_basebackup']

let folder: ReplicaFolder
let server: ReplicaServer
let names = 0

beforeAll(async () => {
  folder = await createReplicaFolder({ tools: TOOLS, settings: { fsync: 'off', max_connections: '50' } })
  server = await folder.create('server')
  await server.initialize()
  await server.start()
})

afterAll(() => folder?.[Symbol.asyncDispose]())

/** The URL of a database of its own, with nothing in it. */
async function emptyDatabase(): Promise<string> {
  names++
  const url = server.urlOf(`database_${names}`)
  await createDatabase({ connectionString: url })
  return url
}

/** Runs a tool as the documentation says. */
function run(tool: string, ...args: readonly string[]): Promise<void> {
  return server.run(folder.programs.path(tool), args)
}

/** Backs up while events are appended and handled: fails unless some were, before and after. */
async function whileInUse(busy: BusyStore, backUp: () => Promise<void>): Promise<void> {
  const before = busy.handled()
  await backUp()
  await eventually(() => expect(busy.handled()).toBeGreaterThan(before + 20))
  await busy.rest()
}

describe('a dump of a store in use, restored', () => {
  test.each<{ payload: Payload; format: string }>([
    { payload: 'json', format: 'custom' },
    { payload: 'jsonb', format: 'plain' },
    { payload: 'bytea', format: 'custom' },
    { payload: 'json', format: 'directory' },
  ])('is a store that goes on from one moment of the original ($payload, $format)', async ({ payload, format }) => {
    const [source, target] = [await emptyDatabase(), await emptyDatabase()]
    const file = join(folder.path, `${names}.dump`)
    await using busy = await openBusyStore(source, payload)
    const jobs = format === 'directory' ? ['--jobs=2'] : []
    const schemaOnly = format === 'directory' ? ['--schema=eventstore'] : []
    const ofOthers = format === 'directory' ? ['--no-owner', '--no-privileges'] : []
    await whileInUse(busy, () => run('pg_dump', `--format=${format}`, ...jobs, ...schemaOnly, `--file=${file}`, source))
    if (format === 'plain') {
      await run('psql', '--set=ON_ERROR_STOP=1', '--single-transaction', '--quiet', `--file=${file}`, target)
    } else {
      await run('pg_restore', '--exit-on-error', ...jobs, ...ofOthers, `--dbname=${target}`, file)
    }
    await expectRestored(target, busy)
  })

  test('never holds a checkpoint past its head, however often it is made while events are acknowledged', async () => {
    const source = await emptyDatabase()
    await using busy = await openBusyStore(source, 'json')
    const files = Array.from({ length: 8 }, (_, index) => join(folder.path, `often-${index}.dump`))
    await whileInUse(busy, async () => {
      for (const file of files) await run('pg_dump', '--format=custom', `--file=${file}`, source)
    })
    for (const file of files) {
      const target = await emptyDatabase()
      await run('pg_restore', '--exit-on-error', `--dbname=${target}`, file)
      await using store = new EventStore({ connectionString: target })
      const { version: head } = await store.getStream('$all')
      const [subscription] = await store.listSubscriptions()
      expect(subscription?.checkpoint).toBeLessThanOrEqual(head)
    }
  })

  test('table by table is refused to subscriptions that are past the head: the tables are of different moments', async () => {
    const [source, target] = [await emptyDatabase(), await emptyDatabase()]
    const [rest, subscriptions] = [join(folder.path, 'rest.dump'), join(folder.path, 'subscriptions.dump')]
    await using busy = await openBusyStore(source, 'json')
    await whileInUse(busy, () =>
      run('pg_dump', '--format=custom', '--exclude-table-data=eventstore.subscriptions', `--file=${rest}`, source),
    )
    const data = ['--data-only', '--table=eventstore.subscriptions']
    await run('pg_dump', '--format=custom', ...data, `--file=${subscriptions}`, source)
    for (const file of [rest, subscriptions]) await run('pg_restore', '--exit-on-error', `--dbname=${target}`, file)
    await using store = new EventStore({ connectionString: target })
    const { version: head } = await store.getStream('$all')
    const [info] = await store.listSubscriptions()
    expect(info?.checkpoint).toBeGreaterThan(head)
    const refused = await rejection(store.subscribe('$all', 'busy').run(() => {}))
    expect(refused).toBeInstanceOf(CheckpointAheadError)
    expect(refused).toMatchObject({ checkpoint: info?.checkpoint, head })
  })
})

describe('a base backup of a server in use, started', () => {
  test('is a store that goes on from one moment of the original', async () => {
    const copy = await folder.create('copy')
    await using busy = await openBusyStore(await emptyDatabase(), 'json')
    const database = `database_${names}`
    await whileInUse(busy, () => copy.copyRunning(server, folder.programs.path('pg_basebackup')))
    await copy.start()
    await expectRestored(copy.urlOf(database), busy)
  })

  test('and the archived log after it lead to any moment', async () => {
    const archive = join(folder.path, 'archive')
    await server.run('mkdir', [archive])
    const archiving = { archive_mode: 'on', archive_command: `test ! -f ${archive}/%f && cp %p ${archive}/%f` }
    const [original, copy] = [await folder.create('archived', archiving), await folder.create('recovered')]
    await original.initialize()
    await original.start()
    await using store = new EventStore({ connectionString: original.url, onDiagnostic: () => {} })
    await store.migrate()
    await store.append('s', newEvents(5), { expectedVersion: 'no-stream' })
    await copy.copyRunning(original, folder.programs.path('pg_basebackup'))
    await store.append('s', newEvents(5, 6), { expectedVersion: 5 })
    await runSql(original.url, "SELECT pg_create_restore_point('before the mistake')")
    await store.append('s', newEvents(5, 11), { expectedVersion: 10 })
    await runSql(original.url, 'SELECT pg_switch_wal()')
    await original.stop()

    await copy.recover([
      `restore_command = 'cp ${archive}/%f %p'`,
      `recovery_target_name = 'before the mistake'`,
      `recovery_target_action = 'promote'`,
    ])
    await copy.start()
    await using recovered = new EventStore({ connectionString: copy.url })
    expect(await recovered.getStream('$all')).toMatchObject({ version: 10 })
    await eventually(async () =>
      expect(await recovered.append('s', newEvents(1), { expectedVersion: 10 })).toEqual({
        streamVersion: 11,
        position: 11,
      }),
    )
  })
})

describe('without the programs', () => {
  test('it is said which are missing, where they were looked for, and what to do', async () => {
    const missing = rejection(installedPrograms(['pg_dump', 'pg_dumpster', 'pg_restorer']))
    expect(String(await missing)).toMatch(
      /^Error: Missing: pg_dumpster, pg_restorer, looked for in \/.*Install PostgreSQL/,
    )
    const empty = join(folder.path, 'empty')
    await mkdir(empty)
    const before = process.env.POSTGRES_BIN
    process.env.POSTGRES_BIN = empty
    try {
      expect(String(await rejection(installedPrograms(TOOLS)))).toContain(
        `Missing: initdb, postgres, ${TOOLS.join(', ')}`,
      )
    } finally {
      if (before === undefined) delete process.env.POSTGRES_BIN
      else process.env.POSTGRES_BIN = before
    }
  })
})
