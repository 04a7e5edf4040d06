import { describe, expect, test } from 'vitest'
import { judgeSettings, type SettingFacts } from '../../../../src/operations/doctor/settings.ts'

const MB = 1_048_576
/** What a server has that nobody has touched. */
const VALUES: SettingFacts['values'] = {
  autovacuum: 'on',
  default_transaction_isolation: 'read committed',
  fsync: 'on',
  full_page_writes: 'on',
  idle_in_transaction_session_timeout: 0,
  idle_session_timeout: 0,
  jit: 'on',
  jit_above_cost: '100000',
  lock_timeout: 0,
  shared_buffers: 128 * MB,
  statement_timeout: 0,
  synchronous_commit: 'on',
  synchronous_standby_names: '',
  track_counts: 'on',
}

function judge(values: SettingFacts['values'], facts: Partial<SettingFacts> = {}) {
  return judgeSettings({ standbys: 0, databaseBytes: 10 * MB, ...facts, values: { ...VALUES, ...values } })
}

test('nothing is said of a server that nobody has touched', () => {
  expect(judge({})).toEqual([{ level: 'ok', found: 'No setting of the server hurts the store.', advice: null }])
})

test.each<[SettingFacts['values'], 'warning' | 'advice', string]>([
  [{ fsync: 'off' }, 'warning', 'fsync is off'],
  [{ full_page_writes: 'off' }, 'warning', 'full_page_writes is off'],
  [{ synchronous_commit: 'off' }, 'warning', 'synchronous_commit is off'],
  [{ default_transaction_isolation: 'serializable' }, 'advice', 'default_transaction_isolation is serializable'],
  [{ default_transaction_isolation: 'repeatable read' }, 'advice', 'default_transaction_isolation is repeatable read'],
  [{ statement_timeout: 14_999 }, 'warning', 'statement_timeout is 14 s'],
  [{ statement_timeout: 200 }, 'warning', 'statement_timeout is 200 ms'],
  [{ transaction_timeout: 1_000 }, 'warning', 'transaction_timeout is 1 s'],
  [{ lock_timeout: 999 }, 'warning', 'lock_timeout is 999 ms'],
  [{ lock_timeout: 5_000 }, 'advice', 'lock_timeout is 5 s'],
  [{ idle_session_timeout: 10_000 }, 'warning', 'idle_session_timeout is 10 s'],
  [{ idle_in_transaction_session_timeout: 999 }, 'advice', 'idle_in_transaction_session_timeout is 999 ms'],
  [{ autovacuum: 'off' }, 'warning', 'autovacuum is off'],
  [{ track_counts: 'off' }, 'warning', 'track_counts is off'],
  [{ shared_buffers: 16 * MB }, 'advice', 'shared_buffers is 17 MB'],
  [{ jit_above_cost: '10' }, 'advice', 'jit_above_cost is 10'],
])('%j is worth a word: %s', (values, level, found) => {
  const [judgement, ...others] = judge(values)
  expect(others).toEqual([])
  expect(judgement).toMatchObject({ level, advice: expect.stringMatching(/\.$/) })
  expect(judgement?.found.startsWith(found), judgement?.found).toBe(true)
})

test.each<[SettingFacts['values']]>([
  [{ statement_timeout: 15_000 }],
  [{ transaction_timeout: 60_000 }],
  [{ transaction_timeout: undefined, idle_session_timeout: undefined }],
  [{ lock_timeout: 15_000 }],
  [{ idle_session_timeout: 10_001 }],
  [{ idle_in_transaction_session_timeout: 1_000 }],
  [{ shared_buffers: 64 * MB }],
  [{ jit: 'off', jit_above_cost: '10' }],
  [{ jit_above_cost: '-1' }],
  [{ synchronous_commit: 'local' }],
  [{ synchronous_commit: 'remote_apply' }],
])('%j is not', (values) => {
  expect(judge(values).map(({ level }) => level)).toEqual(['ok'])
})

test('small buffers are worth a word once the database is large', () => {
  expect(judge({}, { databaseBytes: 32 * 128 * MB - 1 })[0]?.level).toBe('ok')
  expect(judge({}, { databaseBytes: 32 * 128 * MB })[0]).toMatchObject({
    level: 'advice',
    found: 'shared_buffers is 134 MB, for a database of 4.3 GB.',
  })
  expect(judge({ shared_buffers: 1_024 * MB }, { databaseBytes: 100_000 * MB })[0]?.level).toBe('ok')
})

describe('synchronous standbys', () => {
  const named = { synchronous_standby_names: 'FIRST 1 (b)' }

  test('that are not there make every append wait', () => {
    expect(judge(named)[0]).toMatchObject({ level: 'warning', found: expect.stringContaining('every append waits') })
    expect(judge(named, { standbys: 1 })[0]?.level).toBe('ok')
  })

  test('are worth nothing to a role that does not wait for them', () => {
    expect(judge({ ...named, synchronous_commit: 'local' }, { standbys: 1 })[0]).toMatchObject({
      level: 'advice',
      found: expect.stringContaining('synchronous_commit is local'),
    })
  })

  test('are not missed by a role that waits for nothing', () => {
    expect(judge({ ...named, synchronous_commit: 'off' }).map(({ found }) => found)).toEqual([
      expect.stringContaining('synchronous_commit is off'),
    ])
  })
})

test('each setting that hurts is named', () => {
  expect(judge({ fsync: 'off', autovacuum: 'off', jit_above_cost: '0' })).toHaveLength(3)
})
