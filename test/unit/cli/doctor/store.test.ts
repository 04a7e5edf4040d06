import { describe, expect, test } from 'vitest'
import { judgeLeftovers, type LeftoverFacts } from '../../../../src/operations/doctor/leftovers.ts'
import { judgeLock, type LockHolder } from '../../../../src/operations/doctor/lock.ts'
import { judgePrivileges, type PrivilegeFacts } from '../../../../src/operations/doctor/privileges.ts'
import { judgeSchema, type SchemaFacts } from '../../../../src/operations/doctor/schema.ts'
import type { ObjectDifferences } from '../../../../src/operations/doctor/schema-objects.ts'
import { type BloatFacts, judgeBloat, type TableFacts } from '../../../../src/operations/doctor/tables.ts'
import { judgeTransactions, type TransactionFacts } from '../../../../src/operations/doctor/transactions.ts'

const at = new Date()
const levels = (judgements: readonly { readonly level: string }[]) => judgements.map(({ level }) => level)

describe('the schema', () => {
  const DIFFERENCES: ObjectDifferences = { missing: [], changed: [], unprotected: [], foreign: [] }
  const FACTS: SchemaFacts = {
    schema: 'eventstore',
    migrations: [{ name: '0001-initial', appliedAt: at }],
    known: 1,
    payload: 'json',
    differences: DIFFERENCES,
  }

  test('is well when every migration was run, and nothing was changed since', () => {
    expect(judgeSchema(FACTS)).toEqual([
      { level: 'ok', found: 'Schema eventstore is up to date (0001-initial).', advice: null },
    ])
    expect(judgeSchema({ ...FACTS, payload: 'bytea' })[0]?.found).toContain("{ payload: 'bytea' }")
  })

  test('that is missing, older or newer is a failure, with the command that helps', () => {
    const pending = { name: '0002-more', appliedAt: null }
    const missing = judgeSchema({ ...FACTS, migrations: [{ name: '0001-initial', appliedAt: null }], payload: null })
    expect(missing).toMatchObject([{ level: 'failure', advice: expect.stringContaining('eventstore setup') }])
    const older = judgeSchema({ ...FACTS, migrations: [...FACTS.migrations, pending], known: 2 })
    expect(older).toMatchObject([{ level: 'failure', found: expect.stringContaining('0002-more pending') }])
    const newer = judgeSchema({ ...FACTS, migrations: [...FACTS.migrations, { name: '9999-later', appliedAt: at }] })
    expect(newer).toMatchObject([{ level: 'failure', advice: expect.stringContaining('npm install') }])
  })

  test('that lacks something is a failure, one that was changed is suspicious', () => {
    const judge = (differences: Partial<ObjectDifferences>) =>
      judgeSchema({ ...FACTS, differences: { ...DIFFERENCES, ...differences } }).slice(1)
    expect(judge({ missing: ['function reserve'] })).toMatchObject([{ level: 'failure' }])
    expect(judge({ changed: ['function reserve'] })).toMatchObject([
      { level: 'warning', found: 'function reserve is not as the migrations made it.' },
    ])
    expect(judge({ unprotected: ['events'] })).toMatchObject([{ level: 'warning' }])
    expect(judge({ foreign: ['trigger audit on events'] })).toMatchObject([{ level: 'advice' }])
  })
})

describe('the rights of a role', () => {
  const RELATIONS = ['migrations', 'streams', 'events', 'links', 'stream_versions', 'snapshots', 'subscriptions']
  const READER = ['USAGE', ...RELATIONS.map((name) => `SELECT ${name}`)]
  const FUNCTIONS = ['lock_store', 'reserve', 'append_to_stream', 'append_events', 'link_events']
  const WRITES = ['INSERT', 'UPDATE', 'DELETE']
  const APPLICATION = [
    ...READER,
    ...['streams', 'events', 'links'].map((name) => `INSERT ${name}`),
    ...['snapshots', 'subscriptions'].flatMap((name) => WRITES.map((right) => `${right} ${name}`)),
    ...FUNCTIONS.map((name) => `EXECUTE ${name}`),
  ]
  const judge = (granted: readonly string[], facts: Partial<PrivilegeFacts> = {}) =>
    judgePrivileges({
      role: 'app',
      schema: 'eventstore',
      superuser: false,
      owner: false,
      ...facts,
      granted: new Set(granted),
    })

  test('of an application are enough, with or without those to delete', () => {
    expect(judge(APPLICATION)[0]).toMatchObject({
      level: 'ok',
      found: expect.stringContaining('may not delete streams'),
    })
    const deleting = [...APPLICATION, 'UPDATE (deleted_at) streams', 'EXECUTE delete_stream']
    expect(judge(deleting)[0]).toMatchObject({
      level: 'ok',
      found: expect.stringContaining('and delete streams softly'),
    })
  })

  test('of a reader are enough to read', () => {
    expect(judge(READER)[0]).toMatchObject({
      level: 'advice',
      found: 'Role app may read and follow, and nothing else.',
    })
    // Functions may be executed by everybody until that is revoked.
    expect(levels(judge([...READER, ...FUNCTIONS.map((name) => `EXECUTE ${name}`)]))).toEqual(['advice'])
  })

  test.each(READER)('without %s nothing can be read, and the grant is given', (right) => {
    const [judgement] = judge(APPLICATION.filter((each) => each !== right))
    expect(judgement?.level).toBe('failure')
    expect(judgement?.advice).toMatch(/^As the owner: GRANT (USAGE ON SCHEMA|SELECT ON) eventstore.* TO app\.$/)
  })

  test.each(APPLICATION.filter((right) => !READER.includes(right)))('without %s not all can be done', (right) => {
    const [judgement] = judge(APPLICATION.filter((each) => each !== right))
    const [verb = '', name = ''] = right.split(' ')
    expect(judgement?.level).toBe('warning')
    expect(judgement?.advice).toBe(
      `As the owner: GRANT ${verb} ON ${verb === 'EXECUTE' ? 'FUNCTION ' : ''}eventstore.${name} TO app.`,
    )
  })

  test('are grouped in the statements that grant them, with names in quotes where they need them', () => {
    const facts = { role: 'App "x"', schema: 'My Events' }
    expect(
      judge(
        READER.filter((right) => !/events|links/.test(right)),
        facts,
      )[0]?.advice,
    ).toBe('As the owner: GRANT SELECT ON "My Events".events, "My Events".links TO "App ""x""".')
  })

  test('of an owner are all, of a superuser too many', () => {
    expect(judge(READER, { owner: true })[0]?.level).toBe('ok')
    expect(judge([], { superuser: true })[0]?.level).toBe('advice')
  })
})

describe('the write lock', () => {
  const holder = (facts: Partial<LockHolder>): LockHolder => ({
    pid: 7,
    application: 'shop',
    role: 'app',
    state: 'active',
    transactionAge: 0,
    ...facts,
  })

  test.each([
    [null, 0, 'ok'],
    [holder({}), 0, 'ok'],
    [holder({ transactionAge: 999 }), 30, 'ok'],
    [holder({ transactionAge: 1_000 }), 0, 'advice'],
    [holder({ transactionAge: 9_999 }), 3, 'advice'],
    [holder({ transactionAge: 10_000 }), 0, 'warning'],
    [holder({ transactionAge: null, state: null }), 2, 'ok'],
  ])('held by %j while %i wait: %s', (found, waiting, level) => {
    expect(levels(judgeLock({ holder: found, waiting }))).toEqual([level])
  })

  test('is told with who has it, since when, and how to end that', () => {
    const found = holder({ transactionAge: 75_000, state: 'idle in transaction' })
    expect(judgeLock({ holder: found, waiting: 2 })).toEqual([
      {
        level: 'warning',
        found:
          'shop (pid 7, role app) holds the write lock in a transaction of 1 min, idle; 2 sessions wait for it: ' +
          'nobody else can append.',
        advice: 'End its transaction, or the session: SELECT pg_terminate_backend(7).',
      },
    ])
  })
})

describe('transactions', () => {
  const NONE: TransactionFacts = { oldest: null, hidden: 0, prepared: 0, preparedAge: 0 }
  const open = (age: number) => ({ pid: 7, application: '', role: 'app', state: 'idle in transaction', age })
  const MINUTE = 60_000

  test.each([
    [{}, ['ok']],
    [{ oldest: open(5 * MINUTE - 1) }, ['ok']],
    [{ oldest: open(5 * MINUTE) }, ['advice']],
    [{ oldest: open(60 * MINUTE) }, ['warning']],
    [{ prepared: 1, preparedAge: MINUTE }, ['ok']],
    [{ prepared: 2, preparedAge: 5 * MINUTE }, ['warning']],
    [{ oldest: open(90 * MINUTE), prepared: 1, preparedAge: 90 * MINUTE }, ['warning', 'warning']],
  ])('%j: %j', (facts, expected) => {
    expect(levels(judgeTransactions({ ...NONE, ...facts }))).toEqual(expected)
  })

  test('of other roles, which cannot be looked into, are told', () => {
    expect(judgeTransactions({ ...NONE, hidden: 3 })[0]?.found).toContain('3 sessions of other roles')
  })
})

describe('tables and indexes', () => {
  const TABLE: TableFacts = { name: 'events', live: 1_000, dead: 0, vacuumed: 1_000, analyzed: true, autovacuum: true }
  const judge = (table: Partial<TableFacts>, facts: Partial<BloatFacts> = {}) =>
    judgeBloat({ schema: 'eventstore', indexes: [], transactionAge: 1_000, ...facts, tables: [{ ...TABLE, ...table }] })

  test.each<[Partial<TableFacts>, string]>([
    [{}, 'ok'],
    [{ dead: 9_999, live: 0 }, 'ok'],
    [{ dead: 10_000, live: 0 }, 'warning'],
    [{ dead: 10_000, live: 40_001 }, 'ok'],
    [{ dead: 10_000, live: 40_000, vacuumed: null }, 'warning'],
    [{ analyzed: false, live: 99_999 }, 'ok'],
    [{ analyzed: false, live: 100_000 }, 'advice'],
    [{ autovacuum: false }, 'warning'],
  ])('%j: %s', (table, level) => {
    expect(levels(judge(table))).toEqual([level])
  })

  test.each([
    [{ bytes: 40_000_000, entries: 1_000_000 }, 'ok'],
    [{ bytes: 19_000_000, entries: 10 }, 'ok'],
    [{ bytes: 120_000_000, entries: 1_000_000 }, 'advice'],
    [{ bytes: 120_000_000, entries: -1 }, 'ok'],
  ])('an index %j: %s', (index, level) => {
    expect(levels(judge({}, { indexes: [{ name: 'events_pkey', ...index }] }))).toEqual([level])
  })

  test('rows that were not frozen for long are a danger', () => {
    expect(levels(judge({}, { transactionAge: 999_999_999 }))).toEqual(['ok'])
    expect(levels(judge({}, { transactionAge: 1_000_000_000 }))).toEqual(['warning'])
  })
})

describe('what is left', () => {
  const NONE: LeftoverFacts = { unswept: 0, subscriptions: [], benches: [] }
  const DAY = 86_400_000
  const lagging = { stream: '$all', name: 'mailer', checkpoint: 0, head: 10_000, held: false, quiet: 2 * DAY }

  test.each<[Partial<LeftoverFacts>, readonly string[]]>([
    [{}, ['ok']],
    [{ unswept: 1 }, ['advice']],
    [{ benches: ['eventstore_bench_1'] }, ['advice']],
    [{ subscriptions: [lagging] }, ['advice']],
    [{ subscriptions: [{ ...lagging, held: true, quiet: 0 }] }, ['advice']],
    [{ subscriptions: [{ ...lagging, quiet: DAY - 1 }] }, ['ok']],
    [{ subscriptions: [{ ...lagging, head: 9_999 }] }, ['ok']],
    [{ subscriptions: [{ ...lagging, checkpoint: 10_001 }] }, ['warning']],
    [{ unswept: 2, subscriptions: [lagging, lagging], benches: ['a'] }, ['advice', 'advice', 'advice', 'advice']],
  ])('%j: %j', (facts, expected) => {
    expect(levels(judgeLeftovers({ ...NONE, ...facts }))).toEqual(expected)
  })

  test('is told in sentences', () => {
    expect(judgeLeftovers({ ...NONE, subscriptions: [lagging] })[0]?.found).toBe(
      'Subscription mailer to $all is 10,000 events behind, and nobody has held it for 2 d.',
    )
    expect(judgeLeftovers({ ...NONE, unswept: 1 })[0]?.found).toBe(
      '1 stream that was hard deleted still has events to be removed.',
    )
  })
})
