/** Calls a store, and writes down what it was asked for before the call, and what came of it after it. */
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { DatabaseError, EventStoreError, type StreamOperations, WrongExpectedVersionError } from '../../src/index.ts'
import { idOf, marksOf, toEvent } from '../events.ts'
import type { AppendWork, Journal, Refusal, Result, Work } from '../journal.ts'

/** What came of a call: results, or the reason why there are none. */
export type Outcome = readonly Result[] | Refusal

/** Makes one attempt, and writes it down. Rejects with what no store may ever throw. */
export async function attempt(
  journal: Journal,
  operation: string,
  work: Work,
  call: () => Promise<Outcome>,
): Promise<Outcome> {
  const name = randomUUID()
  journal.write({ type: 'called', operation, attempt: name, work })
  const outcome = await call().catch(refusalOf)
  if ('code' in outcome) journal.write({ type: 'refused', operation, attempt: name, ...outcome })
  else journal.write({ type: 'answered', operation, attempt: name, results: outcome })
  return outcome
}

export function isUnknown(outcome: Outcome): boolean {
  return 'code' in outcome && (outcome.code === 'CONNECTION' || outcome.code === 'TIMEOUT')
}

/** What a store does about it. `again` says that an earlier attempt may have done it already. */
export async function perform(
  store: StreamOperations,
  operation: string,
  work: Work,
  timeout: number,
  again = false,
): Promise<readonly Result[]> {
  switch (work.kind) {
    case 'append':
      return append(store, operation, work, timeout)
    case 'link':
      return [await store.link(work.stream, work.marks.map(idOf), { expectedVersion: 'any', timeout })]
    case 'delete':
      try {
        await store.deleteStream(work.stream, { expectedVersion: 'stream-exists', mode: work.mode, timeout })
      } catch (error) {
        const done = error instanceof EventStoreError && ['STREAM_NOT_FOUND', 'STREAM_DELETED'].includes(error.code)
        if (!again || !done) throw error
      }
      return []
    default:
      return work satisfies never
  }
}

async function append(
  store: StreamOperations,
  operation: string,
  work: AppendWork,
  timeout: number,
): Promise<readonly Result[]> {
  const appends = toAppends(operation, work)
  const [only] = appends
  if (appends.length > 1 || !only) return store.appendAll(appends, { timeout })
  return [await store.append(only.stream, only.events, { expectedVersion: only.expectedVersion, timeout })]
}

/** Appends each part by itself in a transaction of the writer's own, then commits or rolls back; rolls back what is refused. */
export async function performInTransaction(
  url: string,
  operation: string,
  work: AppendWork,
  rollBack: boolean,
  begin: (client: Client) => Promise<StreamOperations>,
): Promise<Outcome> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 15_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('BEGIN')
    const store = await begin(client)
    const results: Result[] = []
    for (const { stream, expectedVersion, events } of toAppends(operation, work)) {
      results.push(await store.append(stream, events, { expectedVersion, timeout: 10_000 }))
    }
    if (!rollBack) return await commit(client, results)
    await client.query('ROLLBACK')
    return { code: 'ROLLED_BACK' }
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error
    return { code: 'NOT_COMMITTED' }
  } finally {
    client.end().catch(() => {})
  }
}

async function commit(client: Client, results: readonly Result[]): Promise<Outcome> {
  try {
    const { command } = await client.query('COMMIT')
    return command === 'COMMIT' ? results : { code: 'NOT_COMMITTED' }
  } catch {
    return { code: 'CONNECTION' }
  }
}

function toAppends(operation: string, work: AppendWork) {
  const marks = marksOf(operation, work)
  return work.parts.map(({ stream, expected }, part) => ({
    stream,
    expectedVersion: expected,
    events: (marks[part] ?? []).map((mark) => toEvent(mark, work.ownIds)),
  }))
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof EventStoreError)) throw error
  if (error instanceof DatabaseError) return { code: error.code, sqlState: error.sqlState }
  if (!(error instanceof WrongExpectedVersionError)) return { code: error.code }
  return { code: error.code, stream: error.streamName, actual: error.actualVersion }
}
