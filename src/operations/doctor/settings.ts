import { advice, allOr, type Judgement, ok, warning } from './finding.ts'
import type { Place } from './place.ts'
import { duration, size } from './words.ts'

/** What the sessions of this role begin with: numbers in milliseconds or bytes where the setting is a time or a size. */
export interface SettingFacts {
  readonly values: Readonly<Record<string, string | number | undefined>>
  /** Standbys that are connected now. */
  readonly standbys: number
  /** Bytes of the database. */
  readonly databaseBytes: number
}

const NAMES = [
  'autovacuum',
  'default_transaction_isolation',
  'fsync',
  'full_page_writes',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'jit',
  'jit_above_cost',
  'lock_timeout',
  'shared_buffers',
  'statement_timeout',
  'synchronous_commit',
  'synchronous_standby_names',
  'track_counts',
  'transaction_timeout',
]

interface SettingRow {
  readonly name: string
  readonly value: string | null
  readonly unit: string | null
}

export async function readSettings({ query }: Place): Promise<SettingFacts> {
  const rows = await query<SettingRow>({
    text: 'SELECT s.name, s.reset_val AS value, s.unit FROM pg_settings s WHERE s.name = ANY ($1::text::text[])',
    values: [`{${NAMES.join(',')}}`],
  })
  const [row] = await query<{ standbys: string; bytes: string }>({
    text: `
      SELECT (SELECT count(*) FROM pg_stat_replication)::text AS standbys,
        pg_database_size(current_database())::text AS bytes`,
  })
  return {
    values: Object.fromEntries(rows.map(({ name, value, unit }) => [name, toNumber(value ?? '', unit)])),
    standbys: Number(row?.standbys),
    databaseBytes: Number(row?.bytes),
  }
}

const FACTORS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, B: 1, kB: 1_024, MB: 1_048_576 }

/** As in 16384 of the unit `8kB`. */
function toNumber(value: string, unit: string | null): string | number {
  const [, times = '', name = ''] = /^(\d*)(\D+)$/.exec(unit ?? '') ?? []
  const factor = FACTORS[name]
  return factor === undefined ? value : Number(value) * factor * Number(times || 1)
}

/** What an operation of the store waits at most, unless it is told otherwise. */
const OPERATION = 15_000
const HEARTBEAT = 5_000
const USUAL_JIT_COST = 100_000
const SMALL_BUFFERS = 64 * 1_048_576
const DEFAULT_BUFFERS = 128 * 1_048_576

export function judgeSettings(facts: SettingFacts): readonly Judgement[] {
  const rules = [
    judgeFsync,
    judgeFullPages,
    judgeCommit,
    judgeStandbys,
    judgeIsolation,
    judgeStatementTimeout,
    judgeTransactionTimeout,
    judgeLockTimeout,
    judgeIdleSession,
    judgeIdleInTransaction,
    judgeAutovacuum,
    judgeBuffers,
    judgeJit,
  ]
  return allOr(
    rules.map((rule) => rule(facts)),
    ok('No setting of the server hurts the store.'),
  )
}

function judgeFsync({ values }: SettingFacts): Judgement | undefined {
  if (values.fsync !== 'off') return undefined
  return warning(
    'fsync is off: a crash of the machine can destroy the whole database.',
    'Turn it on, unless this is a database for tests.',
  )
}

function judgeFullPages({ values }: SettingFacts): Judgement | undefined {
  if (values.full_page_writes !== 'off') return undefined
  return warning(
    'full_page_writes is off: a crash of the machine can leave torn pages.',
    'Turn it on, unless the file system rules torn pages out.',
  )
}

function judgeCommit({ values }: SettingFacts): Judgement | undefined {
  if (values.synchronous_commit !== 'off') return undefined
  return warning(
    'synchronous_commit is off: a crash loses what was appended in the last moments, although append had resolved.',
    'Turn it on for this role; the store commits many appends together, and needs no such help.',
  )
}

/** A commit waits for ever for a standby that is not there. */
function judgeStandbys({ values, standbys }: SettingFacts): Judgement | undefined {
  const { synchronous_standby_names: names, synchronous_commit: commit } = values
  if (names === undefined || names === '' || commit === 'off') return undefined
  if (commit === 'local') {
    return advice(
      'synchronous_commit is local, although there are synchronous standbys: a failover may lose what was appended.',
      'Set it to on for this role (docs/failover.md).',
    )
  }
  if (standbys > 0) return undefined
  return warning(
    'synchronous_standby_names wants a standby, and none is connected: every append waits.',
    'Bring the standby back, or empty synchronous_standby_names until it is (docs/failover.md).',
  )
}

function judgeIsolation({ values }: SettingFacts): Judgement | undefined {
  const isolation = values.default_transaction_isolation
  if (isolation === undefined || isolation === 'read committed') return undefined
  return advice(
    `default_transaction_isolation is ${isolation}: appends need a transaction more, and withClient refuses such transactions.`,
    'Set it to read committed for this role, or begin with BEGIN ISOLATION LEVEL READ COMMITTED.',
  )
}

function judgeStatementTimeout({ values }: SettingFacts): Judgement | undefined {
  const timeout = Number(values.statement_timeout ?? 0)
  if (timeout === 0 || timeout >= OPERATION) return undefined
  return warning(
    `statement_timeout is ${duration(timeout)}: appends that wait for others are cancelled, and migrations too.`,
    'Set it to 0 for this role: every operation has a timeout of its own.',
  )
}

function judgeTransactionTimeout({ values }: SettingFacts): Judgement | undefined {
  const timeout = Number(values.transaction_timeout ?? 0)
  if (timeout === 0 || timeout >= OPERATION) return undefined
  return warning(
    `transaction_timeout is ${duration(timeout)}: it ends the connections of appends that wait for others.`,
    'Set it to 0 for this role: every operation has a timeout of its own.',
  )
}

function judgeLockTimeout({ values }: SettingFacts): Judgement | undefined {
  const timeout = Number(values.lock_timeout ?? 0)
  if (timeout === 0 || timeout >= OPERATION) return undefined
  const found = `lock_timeout is ${duration(timeout)}: an append that waits longer for another's commit fails.`
  const what = 'Set it to 0 for this role: every operation has a timeout of its own.'
  return timeout < 1_000 ? warning(found, what) : advice(found, what)
}

function judgeIdleSession({ values }: SettingFacts): Judgement | undefined {
  const timeout = Number(values.idle_session_timeout ?? 0)
  if (timeout === 0 || timeout > 2 * HEARTBEAT) return undefined
  return warning(
    `idle_session_timeout is ${duration(timeout)}: it ends the sessions that LISTEN and hold subscriptions.`,
    `Set it to 0 for this role, or to more than ${duration(2 * HEARTBEAT)}.`,
  )
}

function judgeIdleInTransaction({ values }: SettingFacts): Judgement | undefined {
  const timeout = Number(values.idle_in_transaction_session_timeout ?? 0)
  if (timeout === 0 || timeout >= 1_000) return undefined
  return advice(
    `idle_in_transaction_session_timeout is ${duration(timeout)}: transactions that use withClient may be ended between two statements.`,
    'Set it to some seconds.',
  )
}

function judgeAutovacuum({ values }: SettingFacts): Judgement | undefined {
  if (values.autovacuum !== 'off' && values.track_counts !== 'off') return undefined
  return warning(
    `${values.autovacuum === 'off' ? 'autovacuum' : 'track_counts'} is off: tables bloat, and plans rest on old statistics.`,
    'Turn it on.',
  )
}

function judgeBuffers({ values, databaseBytes }: SettingFacts): Judgement | undefined {
  const buffers = Number(values.shared_buffers ?? DEFAULT_BUFFERS)
  const tiny = buffers < SMALL_BUFFERS
  if (!tiny && (buffers > DEFAULT_BUFFERS || databaseBytes < 32 * buffers)) return undefined
  return advice(
    `shared_buffers is ${size(buffers)}, for a database of ${size(databaseBytes)}.`,
    'Set it to about a quarter of the memory of a machine that runs nothing else.',
  )
}

function judgeJit({ values }: SettingFacts): Judgement | undefined {
  const cost = Number(values.jit_above_cost ?? USUAL_JIT_COST)
  if (values.jit !== 'on' || cost < 0 || cost >= USUAL_JIT_COST) return undefined
  return advice(
    `jit_above_cost is ${cost}: statements that take a millisecond may be compiled for many.`,
    `Set it to ${USUAL_JIT_COST} (the default) or turn jit off for this role.`,
  )
}
