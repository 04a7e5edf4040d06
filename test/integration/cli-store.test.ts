import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Interruption } from '../../src/cli/failure.ts'
import { EventStore } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { type CommandLineOptions, commandLine, type Printed } from '../support/command-line.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { newEvents, range } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import { EVENTSTORE } from '../support/terminal.ts'

const database = useDatabase()
let store: EventStore
let folder = ''

beforeAll(async () => {
  store = new EventStore({ connectionString: database.connectionString, enableHardDeletes: true })
  folder = await mkdtemp(join(tmpdir(), 'eventstore-cli-store-'))
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

describe('append', () => {
  test('stores the events of standard input, a line each, all or nothing', async () => {
    const input = '{"type":"Placed","data":{"n":1},"metadata":{"by":"me"}}\n\n{"type":"Paid","data":null}\r\n'
    expect(await eventstore(['append', 'append-1', '--expected-version', 'no-stream'], { input })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Appended 2 events to append-1, which has version 2 now; position \d+\.\n$/),
    })
    const stored = await store.read('append-1').toArray()
    expect(stored.map(({ type, data, metadata }) => ({ type, data, metadata }))).toEqual([
      { type: 'Placed', data: { n: 1 }, metadata: { by: 'me' } },
      { type: 'Paid', data: null, metadata: {} },
    ])
    const again = await eventstore(['append', 'append-1', '--expected-version', 'no-stream', '--json'], { input })
    expect(again.exitCode).toBe(1)
    expect(JSON.parse(again.stderr)).toMatchObject({ error: { code: 'WRONG_EXPECTED_VERSION' } })
  })

  test('stores the events of a file, with ids of their own, and says what it did in JSON', async () => {
    const file = join(folder, 'events.ndjson')
    const id = crypto.randomUUID()
    await writeFile(file, `{"type":"A","data":1,"id":"${id}"}\n`)
    const args = ['append', 'append-2', file, '--expected-version', '0', '--json']
    const { rows } = await eventstore(args)
    expect(rows).toMatchObject([{ command: 'append', stream: 'append-2', events: 1, streamVersion: 1 }])
    expect((await eventstore(args)).rows).toEqual(rows) // the same ids: a repetition
    expect((await store.read('append-2').toArray()).map((event) => event.id)).toEqual([id])
  })

  test.each([
    ['broken JSON', '{"type":"A","data":1}\n{"type":', 'Line 2 of standard input is no JSON'],
    ['something else than an object', '[1]', 'Line 1 of standard input must be an object'],
    ['a field that events do not have', '{"type":"A","data":1,"when":2}', 'Line 1 of standard input has when'],
    ['no data', '{"type":"A"}', 'Line 1 of standard input has no data'],
    ['nothing', '\n', 'There is no event in standard input'],
  ])('refuses %s as wrong usage, and stores nothing', async (_, input, message) => {
    const { exitCode, stderr } = await eventstore(['append', 'append-3', '--expected-version', 'any'], { input })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(message)
    await expect(store.getStream('append-3')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  })

  test.each(['json', 'bytea'] as const)('stores to the letter what JavaScript would change (%s)', async (payload) => {
    const schema = `letters_${payload}`
    await migrate({ connectionString: database.connectionString, schema, payload })
    const data = '{"id": 12345678901234567890, "rate": 1.10}'
    const input = `{"type":"A","data":${data},"metadata":{"trace":9007199254740993}}`
    const args = ['append', 's', '--expected-version', '0', '--schema', schema]
    expect(await eventstore(args, { input })).toMatchObject({ exitCode: 0 })
    const text =
      payload === 'json'
        ? 'data::text, metadata::text'
        : `encode(data, 'escape') AS data, encode(metadata, 'escape') AS metadata`
    const [row] = await runSql(database.connectionString, `SELECT ${text} FROM ${schema}.events`)
    expect(row).toEqual({ data, metadata: '{"trace":9007199254740993}' })
    const { stdout } = await eventstore(['read', 's', '--json', '--schema', schema])
    expect(stdout).toContain(`"data":${data},"metadata":{"trace":9007199254740993},"causationId":null`)
    expect((await eventstore(['read', '$all', '--schema', schema])).stdout).toContain(`  A  ${data}\n`)
  })

  test('refuses metadata that is no object, and stores nothing', async () => {
    for (const metadata of ['1', 'null', '[]', '"text"']) {
      const input = `{"type":"A","data":1,"metadata":${metadata}}`
      const { exitCode, stderr } = await eventstore(['append', 'append-4', '--expected-version', 'any'], { input })
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringContaining('metadata: must be an object'),
      })
    }
    await expect(store.getStream('append-4')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  })

  test('says that it may have stored the events when it is interrupted meanwhile', async () => {
    const interruption = new AbortController()
    const blocker = new Client({ connectionString: database.connectionString })
    await blocker.connect()
    try {
      await blocker.query('BEGIN; SELECT eventstore.lock_store()')
      const running = eventstore(['append', 'append-5', '--expected-version', 'any'], {
        input: '{"type":"A","data":1}',
        signal: interruption.signal,
      })
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`
      await eventually(async () => expect(await runSql(database.connectionString, waiting)).toHaveLength(1))
      interruption.abort(new Interruption(130))
      expect(await running).toMatchObject({
        exitCode: 130,
        stderr: 'It may have been done all the same: look at the stream before you repeat it.\nerror: Interrupted.\n',
      })
    } finally {
      await blocker.end()
    }
    await eventually(() => store.getStream('append-5')) // as it said
  })

  test('needs an expected version, and a file that is there', async () => {
    expect(await eventstore(['append', 's'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(
        '--expected-version must be a number, any, no-stream or stream-exists, found none',
      ),
    })
    expect(await eventstore(['append', 's', join(folder, 'missing'), '--expected-version', 'any'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('missing cannot be read: ENOENT'),
    })
  })
})

describe('read', () => {
  beforeAll(() => store.append('read-1', newEvents(5), { expectedVersion: 'no-stream' }))

  test('prints an event a line, from a number on, so many, in either direction', async () => {
    const numbers = async (...flags: string[]) =>
      (await eventstore(['read', 'read-1', ...flags])).stdout
        .split('\n')
        .flatMap((line) => /^ *(\d+)/.exec(line)?.[1] ?? [])
    expect(await numbers()).toEqual(['1', '2', '3', '4', '5'])
    expect(await numbers('--from', '2', '--limit', '2')).toEqual(['2', '3'])
    expect(await numbers('--backwards', '--limit', '2')).toEqual(['5', '4'])
    expect(await numbers('--limit', '0')).toEqual([])
  })

  test('prints every field with --json', async () => {
    const [stored] = await store.read('read-1').toArray()
    const { rows } = await eventstore(['read', 'read-1', '--limit', '1', '--json'])
    expect(rows).toEqual([JSON.parse(JSON.stringify(stored))])
  })

  test.each([
    [['read', 'read-1', '--from', 'x'], '--from must be a whole number from 1 on, found "x"'],
    [['read', 'read-1', '--from', '0'], '--from must be a whole number from 1 on'],
    [['read', 'read-1', '--limit', '-1'], '--limit must be a whole number from 0 on'],
    [['read'], "missing required argument 'stream'"],
    [['tail', 'read-1', '--after', 'now'], '--after must be a number, start or end'],
    [['streams', '--sort-by', 'size'], '--sort-by must be one of name, version, created-at, deleted-at'],
    [['subscription', 'reset', '$all', 's'], '--to is missing'],
    [
      ['read', ''],
      'The name of a stream must be 1 to 1,000 bytes of text without control characters, found an empty one',
    ],
    [['stream', 'a\nb'], 'A name must be 1 to 1,000 bytes of text without control characters'],
    [['snapshot', 'x'.repeat(1_001)], 'The source id of a snapshot must be 1 to 1,000 bytes'],
    [['export', '--stream', ''], '--stream must be 1 to 1,000 bytes'],
    [['link', 's', 'no-id', '--expected-version', 'any'], 'The id of an event must be a UUID, found "no-id"'],
    [
      ['append', 's', '--expected-version', '-1'],
      '--expected-version must be a number, any, no-stream or stream-exists',
    ],
    [['delete', 's', '--expected-version', 'no-stream'], 'what is not there cannot be deleted'],
  ])('%j is wrong usage', async (args, message) => {
    const { exitCode, stderr } = await eventstore(args)
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
  })

  test('takes a name that begins like a flag behind --', async () => {
    for (const name of ['-x', '--json', '$all of mine']) {
      await store.append(name, newEvents(2), { expectedVersion: 'any' })
      expect((await eventstore(['read', '--limit', '1', '--', name])).stdout).toMatch(/^ {5}1 {2}\S+ {2}/)
      expect((await eventstore(['stream', '--', name])).stdout).toContain(`\n${name} `)
    }
    expect(await eventstore(['read', '-x'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("'-x'") })
  })

  test('says so when there is nothing to print', async () => {
    const said = async (...flags: string[]) => (await eventstore(['read', 'read-1', ...flags])).stderr
    expect(await said('--from', '6')).toBe('No events from 6 on.\n')
    expect(await said('--from', '6', '--json')).toBe('')
    expect(await said('--limit', '0')).toBe('')
  })

  test('fails for a stream that is not there', async () => {
    expect(await eventstore(['read', 'read-none'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Stream "read-none" does not exist'),
    })
  })

  test('shows what would act upon a terminal as an escape, and cuts a line at its end', async () => {
    const nasty = 'evil\u202estream'
    await store.append(nasty, { type: 'Bad‮Type', data: { text: '\u001b[31mred' } }, { expectedVersion: 'any' })
    const { stdout } = await eventstore(['read', nasty], { columns: 60 })
    expect(stdout.trimEnd()).toMatch(/^ {5}1 {2}\S+ {2}Bad\\u202eType.*…$/)
    expect(stdout.trimEnd().length).toBeLessThanOrEqual(60)
    expect((await eventstore(['streams', '--search', 'evil'])).stdout).toContain('evil\\u202estream')
  })

  test('ends quietly when whoever reads it has had enough', async () => {
    await store.append('read-long', newEvents(5_000), { expectedVersion: 'any' })
    const script = `set -o pipefail; "$@" read read-long --json | head -n 1`
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, 'bash', ...EVENTSTORE], {
      env: { ...process.env, DATABASE_URL: database.connectionString },
    })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ streamName: 'read-long', eventNumber: 1 })
  })
})

describe.skipIf(!existsSync('/dev/full'))('a disk that is full', () => {
  test.each([['read full-1'], ['read full-1 --json'], ['streams'], ['stats --json'], ['export'], ['--help']])(
    'is told of once, whatever was to be printed: %s',
    async (line) => {
      const { version } = await store.getStream('full-1').catch(() => ({ version: 0 }))
      if (version === 0) await store.append('full-1', newEvents(3_000), { expectedVersion: 'any' })
      const script = `"$@" ${line} > /dev/full`
      const env = { ...process.env, DATABASE_URL: database.connectionString }
      const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', ...EVENTSTORE], { env, encoding: 'utf8' })
      expect(status).toBe(1)
      expect(stderr.match(/Standard output cannot be written: ENOSPC/g)).toHaveLength(1)
      expect(stderr.trim().split('\n')).toHaveLength(1)
    },
  )
})

describe('streams and stream', () => {
  test('list streams by name, version or time, a page at a time', async () => {
    for (const n of range(1, 3)) await store.append(`list-${n}`, newEvents(4 - n), { expectedVersion: 'no-stream' })
    const names = async (...flags: string[]) =>
      (await eventstore(['streams', '--search', 'list-', '--json', ...flags])).rows.map(({ name }) => name)
    expect(await names()).toEqual(['list-1', 'list-2', 'list-3'])
    expect(await names('--sort-by', 'version')).toEqual(['list-3', 'list-2', 'list-1'])
    expect(await names('--sort-by', 'name', '--descending', '--page-size', '2', '--page', '2')).toEqual(['list-1'])
    const { stdout, stderr } = await eventstore(['streams', '--search', 'list-', '--page-size', '2'])
    expect(stdout).toMatch(/^STREAM +VERSION +STATUS +CREATED +DELETED\nlist-1 +3 +active +\S+\nlist-2 +2 /)
    expect(stderr).toBe('Page 1 of 2, 3 streams.\n')
    expect(await eventstore(['streams', '--search', 'list-', '--page', '2'])).toMatchObject({
      stdout: '',
      stderr: 'There is no page 2: the last one is 1.\n',
    })
    const last = ['--page', String(Number.MAX_SAFE_INTEGER), '--page-size', '7']
    expect(await eventstore(['streams', ...last])).toMatchObject({ exitCode: 0, stdout: '' })
    expect(await eventstore(['snapshots', ...last])).toMatchObject({ exitCode: 0, stdout: '' })
    expect(await eventstore(['streams', '--search', 'list-none'])).toMatchObject({
      stdout: '',
      stderr: 'No streams.\n',
    })
  })

  test('describe one stream, and $all', async () => {
    const [row] = (await eventstore(['stream', 'list-1', '--json'])).rows
    expect(row).toMatchObject({ name: 'list-1', version: 3, status: 'active', deletedAt: null })
    expect((await eventstore(['stream', '$all'])).stdout).toContain('$all')
  })
})

describe('a narrow terminal', () => {
  beforeAll(async () => {
    const name = `a stream with a name of ${'many '.repeat(20)}words`
    await migrate({ connectionString: database.connectionString, schema: 'narrow' })
    await using other = new EventStore({ connectionString: database.connectionString, schema: 'narrow' })
    await other.append(name, newEvents(3), { expectedVersion: 'any' })
    await other.recordSnapshot({ sourceId: name, sourceVersion: 3, sourceType: name, data: {} })
    const subscribed = `INSERT INTO narrow.subscriptions (stream_name, subscription_name) VALUES ($1, $1)`
    await runSql(database.connectionString, subscribed, [name])
  })

  test.each(['streams', 'stream $all', 'read $all', 'subscriptions', 'snapshots', 'stats', 'migrations', 'read none'])(
    'of 40 columns shows every line of %s',
    async (line) => {
      const { stdout, stderr } = await eventstore([...line.split(' '), '--schema', 'narrow'], { columns: 40 })
      const lines = `${stdout}\n${stderr}`.split('\n')
      expect(lines.filter((shown) => stringWidth(shown) > 40)).toEqual([])
      expect(lines.filter((shown) => shown !== '').length).toBeGreaterThan(1)
      if (/^(streams|subscriptions|snapshots|read .all)$/.test(line)) expect(stdout).toContain('…')
    },
  )
})

describe('link and delete', () => {
  test('link events into another stream by their ids', async () => {
    await store.append('link-source', newEvents(3), { expectedVersion: 'no-stream' })
    const ids = (await store.read('link-source').toArray()).map(({ id }) => id)
    const { rows } = await eventstore(['link', 'link-target', ...ids, '--expected-version', 'no-stream', '--json'])
    expect(rows).toMatchObject([{ stream: 'link-target', events: 3, streamVersion: 3 }])
    expect(await eventstore(['link', 'link-target', ids[0] ?? '', '--expected-version', 'any'])).toMatchObject({
      exitCode: 1,
    })
    const conflict = await eventstore(['link', 'link-other', ...ids, '--expected-version', '3', '--json'])
    expect(conflict.exitCode).toBe(1)
    expect(JSON.parse(conflict.stderr)).toMatchObject({ error: { code: 'WRONG_EXPECTED_VERSION' } })
    await expect(store.getStream('link-other')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  })

  test('delete hides a stream, and --hard removes it once its name was typed', async () => {
    await store.append('delete-1', newEvents(1), { expectedVersion: 'no-stream' })
    expect((await eventstore(['delete', 'delete-1'])).stdout).toBe(
      'Deleted delete-1; its events are kept, and hidden.\n',
    )
    await expect(store.getStream('delete-1')).rejects.toMatchObject({ code: 'STREAM_DELETED' })

    await store.append('delete-2', newEvents(1), { expectedVersion: 'no-stream' })
    for (const mode of [[], ['--hard', '--yes']]) {
      const other = await eventstore(['delete', 'delete-2', '--expected-version', '2', ...mode])
      expect(other).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('expected version 2, found version 1'),
      })
    }
    const hard = ['delete', 'delete-2', '--hard', '--expected-version', '1']
    expect(await eventstore(hard)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') })
    expect(await store.getStream('delete-2')).toMatchObject({ version: 1 })
    expect((await eventstore([...hard, '--yes'])).stdout).toBe('Removed delete-2 with its events.\n')
    await expect(store.getStream('delete-2')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  })
})

describe('subscriptions', () => {
  test('are listed with how far they lag behind, reset while somebody holds them, and deleted', async () => {
    await store.append('subscribed', newEvents(5), { expectedVersion: 'no-stream' })
    const handled: number[] = []
    await using subscription = store.subscribe('subscribed', 'mailer')
    const running = subscription.run(({ eventNumber }) => void handled.push(eventNumber))
    running.catch(() => {})
    await subscription.reached(5)
    const [holder] = await runSql(
      database.connectionString,
      `SELECT format('pid %s, %s', pid, application_name) AS text FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'eventstore locks'`,
    )
    expect((await eventstore(['subscriptions', '--json'])).rows).toMatchObject([
      {
        stream: 'subscribed',
        name: 'mailer',
        checkpoint: 5,
        lag: 0,
        active: true,
        holder: expect.stringContaining(holder?.text),
      },
    ])
    expect((await eventstore(['subscriptions'])).stdout).toContain(
      `subscribed  mailer           5    0  ${holder?.text}`,
    )

    const reset = ['subscription', 'reset', 'subscribed', 'mailer', '--to']
    expect((await eventstore([...reset, '2'])).stdout).toBe(
      'Subscription mailer to subscribed goes on after 2; it stood at 5.\n',
    )
    await eventually(() => expect(handled).toEqual([1, 2, 3, 4, 5, 3, 4, 5]), { within: 10_000 })
    expect(await eventstore([...reset, '6'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('subscribed ends at 5: a checkpoint of 6 would be past its end'),
    })
    const codeOf = async (...args: string[]) => JSON.parse((await eventstore([...args, '--json'])).stderr).error.code
    expect(await codeOf(...reset, '6')).toBe('CHECKPOINT_AHEAD')
    expect(await codeOf('subscription', 'reset', 'subscribed', 'none', '--to', '0')).toBe('SUBSCRIPTION_NOT_FOUND')
    expect(await codeOf('snapshot', 'none')).toBe('SNAPSHOT_NOT_FOUND')

    const gone = ['subscription', 'delete', 'subscribed', 'mailer', '--json']
    expect((await eventstore(gone)).rows).toMatchObject([{ deleted: true }])
    await expect(running).rejects.toMatchObject({ code: 'CLOSED' })
    expect((await eventstore(gone)).rows).toMatchObject([{ deleted: false }])
    await runSql(
      database.connectionString,
      `INSERT INTO eventstore.subscriptions (stream_name, subscription_name, checkpoint) VALUES ('subscribed', 'idle', 1)`,
    )
    expect((await eventstore(['subscriptions'])).stdout).toMatch(/subscribed +idle +1 +4 +nobody/)
    await runSql(database.connectionString, `DELETE FROM eventstore.subscriptions`)
  })
})

describe('snapshots and stats', () => {
  test('list snapshots, and print one with its data', async () => {
    await store.recordSnapshot({ sourceId: 'order-1', sourceVersion: 3, sourceType: 'Order', data: { total: 12 } })
    expect((await eventstore(['snapshots'])).stdout).toMatch(
      /^SOURCE +TYPE +VERSION +SIZE +CREATED\norder-1 +Order +3 +\d+ B /,
    )
    expect((await eventstore(['snapshots', '--search', 'none'])).stderr).toBe('No snapshots.\n')
    expect((await eventstore(['snapshot', 'order-1', '--json'])).rows).toMatchObject([{ data: { total: 12 } }])
    expect((await eventstore(['snapshot', 'order-1'])).stdout).toContain('"total": 12')
    expect(await eventstore(['snapshot', 'none'])).toMatchObject({ exitCode: 1 })
  })

  test('count what is stored, its size, and what was appended lately', async () => {
    const { version } = await store.getStream('$all')
    const [found] = (await eventstore(['stats', '--json'])).rows
    expect(found).toMatchObject({ head: version, payload: 'json', subscriptions: 0, snapshots: 1 })
    expect(found?.tables).toContainEqual(expect.objectContaining({ table: 'events', bytes: expect.any(Number) }))
    expect((await eventstore(['stats'])).stdout).toContain('events of the last minute')
  })
})

test('stats counts what was appended in the last minute, hour and day', async () => {
  await using other = new EventStore({ connectionString: database.connectionString, schema: 'rated' })
  await other.migrate()
  const minutesAgo = (minutes: number) =>
    ({ expectedVersion: 'any', createdAt: new Date(Date.now() - minutes * 60_000) }) as const
  await other.append('s', newEvents(40), minutesAgo(2_000))
  await other.append('s', newEvents(30), minutesAgo(1_000))
  await other.append('s', newEvents(20), minutesAgo(30))
  await other.append('s', newEvents(10), { expectedVersion: 90 })
  const [found] = (await eventstore(['stats', '--json', '--schema', 'rated'])).rows
  expect(found?.rates).toEqual([
    { seconds: 60, events: 10 },
    { seconds: 3_600, events: 30 },
    { seconds: 86_400, events: 60 },
  ])
})

describe('a schema that is not of this version', () => {
  const IN_STORES = [
    ['streams'],
    ['stream', 's'],
    ['read', 's'],
    ['tail', 's'],
    ['append', 's', '--expected-version', 'any'],
    ['link', 's', '019ab3a4-41c8-7000-8000-000000000001', '--expected-version', 'any'],
    ['delete', 's'],
    ['subscriptions'],
    ['subscription', 'reset', 's', 'n', '--to', '0'],
    ['subscription', 'delete', 's', 'n'],
    ['snapshots'],
    ['snapshot', 's'],
    ['stats'],
    ['export'],
    ['import'],
    ['admin'],
  ]

  beforeAll(async () => {
    await migrate({ connectionString: database.connectionString, schema: 'later' })
    await runSql(database.connectionString, `INSERT INTO later.migrations (name) VALUES ('9999-later')`)
  })

  test.each(IN_STORES.map((words) => [words.join(' '), words] as const))(
    'is an error that names the command that helps: %s',
    async (_, args) => {
      const input = '{"type":"A","data":1}'
      const missing = await eventstore([...args, '--schema', 'none'], { input })
      expect(missing).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('eventstore setup') })
      const newer = await eventstore([...args, '--schema', 'later', '--json'], { input })
      expect(newer).toMatchObject({ exitCode: 1, stdout: '' })
      expect(JSON.parse(newer.stderr)).toEqual({
        error: { code: 'MIGRATION_REQUIRED', message: expect.stringContaining('npm install pg-event-store@latest') },
      })
    },
  )
})

describe('hostile names', () => {
  test('change neither colours nor direction of a terminal, wherever they are told', async () => {
    const hostile = 'evil\u202ename' // control characters are refused, what turns the direction of writing is not
    await store.append(hostile, newEvents(2), { expectedVersion: 0 })
    await store.recordSnapshot({ sourceId: hostile, sourceVersion: 1, sourceType: hostile, data: hostile })
    await runSql(
      database.connectionString,
      `INSERT INTO eventstore.subscriptions (stream_name, subscription_name) VALUES ($1, $1)`,
      [hostile],
    )
    const [event] = await store.read(hostile).toArray()
    for (const args of [
      ['streams', '--search', 'evil'],
      ['stream', hostile],
      ['read', hostile],
      ['read', '$all', '--backwards', '--limit', '3'],
      ['append', hostile, '--expected-version', 'any'],
      ['append', hostile, '--expected-version', '77'],
      ['append', hostile, hostile, '--expected-version', 'any'],
      ['link', `${hostile} links`, event?.id ?? '', '--expected-version', 'any'],
      ['subscriptions'],
      ['subscription', 'reset', hostile, hostile, '--to', '0'],
      ['subscription', 'reset', hostile, hostile, '--to', '77'],
      ['subscription', 'reset', hostile, `${hostile} none`, '--to', '0'],
      ['subscription', 'delete', hostile, hostile],
      ['snapshots'],
      ['snapshot', hostile],
      ['snapshot', `${hostile} none`],
      ['delete', hostile],
      ['read', hostile],
      [hostile],
      [`--${hostile}`],
      ['streams', '--schema', hostile],
      ['doctor', '--schema', hostile],
      ['streams', '--config', hostile],
      ['streams', '--sort-by', hostile],
      ['streams', '--page', hostile],
      ['bench', '--seconds', hostile],
    ]) {
      const options = { input: '{"type":"A","data":1}', columns: 200 }
      const { stdout, stderr } = await eventstore(args, options)
      expect(stdout + stderr, `${args[0]} shows the name as it is`).not.toContain('\u202e')
      if (!['append', 'read'].includes(args[0] ?? '')) expect(stdout + stderr, args[0]).toContain('evil')
    }
  })
})

describe('bench', () => {
  test('measures in a schema of its own, which is gone afterwards', async () => {
    const { version } = await store.getStream('$all')
    const { exitCode, rows } = await eventstore(['bench', '--seconds', '0.05', '--json'])
    expect(exitCode).toBe(0)
    expect(rows.map(({ work, clients, events }) => [work, clients, events])).toEqual([
      ['append', 1, 1],
      ['append', 10, 1],
      ['append', 50, 1],
      ['append', 1, 100],
      ['append', 10, 100],
      ['append', 50, 100],
      ['read a stream', 1, 100],
      ['read a stream', 10, 100],
      ['read $all', 1, 1_000],
      ['receive', 1, 1],
    ])
    for (const row of rows) {
      expect(row, String(row.work)).toMatchObject({ command: 'bench', calls: expect.any(Number) })
      expect(Number(row.calls), String(row.work)).toBeGreaterThan(0)
      expect(Number(row.p50)).toBeGreaterThan(0)
      expect(Number(row.p99)).toBeGreaterThanOrEqual(Number(row.p50))
    }
    expect(await benchSchemas()).toEqual([])
    expect(await store.getStream('$all')).toMatchObject({ version })
  })

  test('prints a table for people, and says in which schema it works', async () => {
    const { stdout, stderr } = await eventstore(['bench', '--seconds', '0.02'])
    expect(stdout).toMatch(/^WORK +CLIENTS +EVENTS +CALLS\/S +EVENTS\/S +P50 MS +P99 MS\nappend +1 +1 +[\d,.]+ /)
    expect(stderr).toMatch(/^Measuring database \S+ on \S+, in a schema of its own: eventstore_bench_[0-9a-f]{12}\.\n$/)
  })

  test('drops its schema when it is interrupted, too', async () => {
    const interruption = new AbortController()
    const running = eventstore(['bench', '--seconds', '30'], { signal: interruption.signal })
    await eventually(async () => expect(await benchSchemas()).toHaveLength(1), { within: 10_000 })
    interruption.abort(new Interruption(130))
    expect(await running).toMatchObject({ exitCode: 130, stderr: expect.stringMatching(/error: Interrupted\.\n$/) })
    expect(await benchSchemas()).toEqual([])
  })

  test.each(['0', '-1', 'x', '1e3'])('is not measured for %s seconds', async (seconds) => {
    const { exitCode, stderr } = await eventstore(['bench', '--seconds', seconds])
    expect(stderr).toContain('--seconds must be a number of seconds')
    expect(exitCode).toBe(2)
  })

  function benchSchemas() {
    const sql = `SELECT nspname FROM pg_namespace WHERE starts_with(nspname::text, 'eventstore_bench_')`
    return runSql(database.connectionString, sql)
  }
})

describe('a store of another payload', () => {
  test.each(['jsonb', 'bytea'] as const)('needs no flag: %s', async (payload) => {
    const schema = `other_${payload}`
    await using other = new EventStore({ connectionString: database.connectionString, schema, payload })
    await other.migrate()
    const flags = ['--schema', schema]
    await eventstore(['append', 's', '--expected-version', 'any', ...flags], { input: '{"type":"A","data":{"n":1}}' })
    expect((await eventstore(['read', 's', '--json', ...flags])).rows).toMatchObject([{ type: 'A', data: { n: 1 } }])
  })

  test('is shown in hexadecimal digits where its bytes are no JSON', async () => {
    const serializer = { serialize: () => Uint8Array.of(0, 255), deserialize: () => null }
    const options = {
      connectionString: database.connectionString,
      schema: 'other_bytea',
      payload: 'bytea',
      serializer,
    } as const
    await using other = new EventStore(options)
    await other.append('binary', { type: 'A', data: 1 }, { expectedVersion: 'any' })
    const { rows } = await eventstore(['read', 'binary', '--json', '--schema', 'other_bytea'])
    expect(rows).toMatchObject([{ data: { bytes: '00ff' } }])
  })
})

function eventstore(args: readonly string[], options?: CommandLineOptions): Promise<Printed> {
  return commandLine(database.connectionString, args, options)
}
