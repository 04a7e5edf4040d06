import { DatabaseError, DuplicateEventError, InvalidEventError } from '../errors.ts'
import { type Executor, executorWithin, type Query, type Statement } from '../postgres/executor.ts'
import { constraintOf, isContentRefused, sqlStateOf, UNIQUE_VIOLATION } from '../postgres/sqlstate.ts'
import type { Deadline } from '../util/deadline.ts'
import { copyPlan, isWorthCopying } from './append-copy.ts'
import { missingAnswer, readOutcomes, readStored, withHead } from './append-outcomes.ts'
import { type AppendOutcome, type AppendRequest, toRequest } from './append-request.ts'
import { appendStatement, type GroupRow, groupRowOf, streamStatement } from './append-statement.ts'
import { chunksOf, isLarge } from './chunks.ts'
import { refuseIsolation } from './isolation.ts'
import { locateEvents } from './located-events.ts'
import { nextEvents } from './next-events.ts'
import { judgeRepetition } from './repetition.ts'
import { readReservations } from './reservations.ts'
import type { StoreContext } from './store-context.ts'

/**
 * Stores a group of appends in one transaction, each by itself: one that is refused costs the others nothing. This is the one
 * way by which events get in.
 *
 * An id that is stored already is noticed by the unique index, or by a version that does not fit; only then are ids looked up.
 * A caller's transaction would be aborted by the index, so there they are looked up first, under the lock.
 */
export async function appendGroup(
  context: StoreContext,
  executor: Executor,
  requests: readonly AppendRequest[],
  deadline: Deadline,
  { haveMissed = false } = {},
): Promise<readonly AppendOutcome[]> {
  if (executor.inCallersTransaction && requests.some(({ ownIds }) => ownIds.length > 0)) {
    return executor.transaction(deadline, async (query) => {
      await lockStore(context, query)
      const settled = await settleRepetitions(context, query, requests)
      return withSettled(settled, requests, (open) => store(context, executorWithin(query, executor), open, deadline))
    })
  }
  try {
    const stored = haveMissed ? undefined : await storeNext(context, executor, requests, deadline)
    if (stored) {
      return await withSettled(stored, requests, (open) =>
        appendGroup(context, executor, open, deadline, { haveMissed: true }),
      )
    }
    const outcomes = await store(context, executor, requests, deadline, haveMissed)
    return await forgiveRepetitions(context, executor, requests, outcomes, deadline)
  } catch (error) {
    if (isDuplicateId(error)) {
      const query: Query = (statement) => executor.query(statement, deadline)
      const settled = await settleRepetitions(context, query, requests)
      if (settled.some((outcome) => outcome)) {
        return withSettled(settled, requests, (open) => appendGroup(context, executor, open, deadline))
      }
    } else if (!(error instanceof InvalidEventError)) {
      throw error
    }
    if (requests.length > 1) return appendHalves(context, executor, requests, deadline)
    if (error instanceof InvalidEventError) return [{ error }]
    return [{ error: new DuplicateEventError(undefined, 'stored already', { cause: error }) }]
  }
}

/** Finds the append that the database refuses, so that the others go through. */
async function appendHalves(
  context: StoreContext,
  executor: Executor,
  requests: readonly AppendRequest[],
  deadline: Deadline,
): Promise<readonly AppendOutcome[]> {
  const middle = requests.length >> 1
  const storeHalf = (half: readonly AppendRequest[]) =>
    orEachRefused(half, () => appendGroup(context, executor, half, deadline))
  const first = await storeHalf(requests.slice(0, middle))
  return [...first, ...(await storeHalf(requests.slice(middle)))]
}

/** A part of a group of which others are stored: what the database refuses now concerns this part alone. */
async function orEachRefused<Outcome>(
  requests: readonly AppendRequest[],
  work: () => Promise<readonly Outcome[]>,
): Promise<readonly (Outcome | AppendOutcome)[]> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return requests.map(() => ({ error }))
  }
}

/** Stores a group of events that follow known ones; undefined of those that do not. Resolves to undefined for any other group. */
async function storeNext(
  context: StoreContext,
  executor: Executor,
  requests: readonly AppendRequest[],
  deadline: Deadline,
): Promise<readonly (AppendOutcome | undefined)[] | undefined> {
  if (requests.some(isLarge)) return undefined
  const next = nextEvents(context, requests)
  const rows = next && (await refusingContent(executor.writeAfter(next.lock, next.insert, deadline)))
  return rows && next.outcomes(rows)
}

/** Stores any group. Where events `haveMissed` the versions that they were to follow, this finds out why. */
async function store(
  context: StoreContext,
  executor: Executor,
  requests: readonly AppendRequest[],
  deadline: Deadline,
  haveMissed = false,
): Promise<readonly AppendOutcome[]> {
  const copied =
    isWorthCopying(requests, executor.roundTrip) &&
    (await refusingContent(executor.copy(copyPlan(context, requests), deadline)))
  if (copied) return readOutcomes(requests, copied)
  const [request, another] = requests
  if (request && !another && isLarge(request)) {
    const storing = executor.transaction(deadline, (query) => storeInChunks(context, query, request))
    return [await refusingContent(storing)]
  }
  const toStream = haveMissed ? undefined : streamStatement(context, requests)
  if (toStream) {
    const [row] = await refusingContent(executor.write(toStream, deadline))
    if (row?.[0]) return [readStored(row[0])]
  }
  const [row] = await refusingContent(executor.write(appendStatement(context, requests), deadline))
  return readOutcomes(requests, groupRowOf(row))
}

async function refusingContent<Result>(storing: Promise<Result>): Promise<Result> {
  try {
    return await storing
  } catch (error) {
    if (!isContentRefused(error)) throw error
    throw new InvalidEventError('An event', [{ message: error.message }], { cause: error.cause })
  }
}

/** Checks the versions of all parts first: what follows under the lock cannot be refused for a version. */
async function storeInChunks(context: StoreContext, query: Query, request: AppendRequest): Promise<AppendOutcome> {
  const withoutEvents = request.parts.map((part) => ({ ...part, events: part.events.slice(0, 0) }))
  const checks = toRequest(withoutEvents, request.createdAt, [])
  const [checked] = await query<GroupRow>(appendStatement(context, [checks]))
  const [outcome] = readOutcomes([checks], checked)
  if (!outcome || outcome.error) return outcome ?? missingAnswer()
  const results = [...outcome.results]
  const [first] = readReservations(checked)
  const createdAt = request.createdAt ?? new Date(first?.createdAt ?? Number.NaN) // one time for all of it
  for (const chunk of chunksOf({ ...request, createdAt })) {
    const [row] = await query<GroupRow>(appendStatement(context, [chunk.request]))
    const [stored] = readOutcomes([chunk.request], row)
    if (!stored || stored.error) throw stored?.error ?? missingAnswer().error
    for (const [index, result] of stored.results.entries()) results[chunk.partIndexes[index] as number] = result
  }
  return { results: withHead(request.parts, results) }
}

/** Takes the write lock until the transaction ends. Rejects in a transaction of the wrong isolation. */
export async function lockStore({ schema }: StoreContext, query: Query): Promise<void> {
  const [row] = await query<{ locked: string }>({ text: `SELECT ${schema}.lock_store()::text AS locked` })
  if (row?.locked !== 'true') throw refuseIsolation()
}

/** After a refusal for the stream's version or deletion: the append may be a repetition of one that fitted. */
async function forgiveRepetitions(
  context: StoreContext,
  executor: Executor,
  requests: readonly AppendRequest[],
  outcomes: readonly AppendOutcome[],
  deadline: Deadline,
): Promise<readonly AppendOutcome[]> {
  const doubtful = requests.filter(({ ownIds }, index) => ownIds.length > 0 && outcomes[index]?.error)
  if (doubtful.length === 0) return outcomes
  const judged = await orEachRefused(doubtful, () =>
    settleRepetitions(context, (statement) => executor.query(statement, deadline), doubtful),
  )
  return outcomes.map((outcome, index) => judged[doubtful.indexOf(requests[index] as AppendRequest)] ?? outcome)
}

/**
 * What is found stored may not be on a synchronous standby yet: a COMMIT that is cancelled while it waits for one stays visible.
 * A transaction that has written something to the log, as this does, commits when the standby has all of the log up to there.
 */
const AWAIT_STANDBYS: Statement = {
  text: "SELECT pg_logical_emit_message(true, 'eventstore', ''::text)::text AS written",
}

/** What became of those appends some of whose ids are stored; undefined for the others. */
export async function settleRepetitions(
  context: StoreContext,
  query: Query,
  requests: readonly AppendRequest[],
): Promise<readonly (AppendOutcome | undefined)[]> {
  const ids = requests.flatMap(({ parts }) => parts.flatMap(({ events }) => events.ids))
  const located = await locateEvents(context, query, ids)
  const judged = requests.map((request) => judgeRepetition(request, located))
  if (judged.some((outcome) => outcome && !outcome.error)) await query(AWAIT_STANDBYS)
  return judged
}

/** The outcomes of all: those that are settled, and what becomes of the open ones. */
export async function withSettled(
  settled: readonly (AppendOutcome | undefined)[],
  requests: readonly AppendRequest[],
  storeOpen: (open: readonly AppendRequest[]) => Promise<readonly AppendOutcome[]>,
): Promise<readonly AppendOutcome[]> {
  const open = requests.filter((_, index) => !settled[index])
  const rest = open.length > 0 ? [...(await orEachRefused(open, () => storeOpen(open)))] : []
  return settled.map((outcome) => outcome ?? rest.shift() ?? missingAnswer())
}

const INDEX_OF_IDS = /^events_event_id_key(?:_cc(?:new|old)\d*)?$/

/** While an index is rebuilt (REINDEX CONCURRENTLY), it has a double, whose name has a suffix: either may find the id. */
function isDuplicateId(error: unknown): boolean {
  return sqlStateOf(error) === UNIQUE_VIOLATION && INDEX_OF_IDS.test(constraintOf(error) ?? '')
}
