import { TimeoutError } from '../errors.ts'
import type { Payload } from '../options.ts'
import type { BoundedOperations } from './bounded-operations.ts'
import { readSummaries } from './event-summary.ts'
import type { Operations } from './operations.ts'
import type { Chain } from './shown.ts'

const MOST_ANCESTORS = 50
const MOST_EFFECTS = 200
const MOST_RELATIVES = 200
/** Rows that one look brings. */
const MOST_ROWS = 200
/** Milliseconds for a step, and for all of them: no index helps here, so that every event from the first one on is looked at. */
const STEP_TIMEOUT = 3_000
const PATIENCE = 5_000
/** Positions of the first look, and of the one after an effect was found; further ones grow as far as their time allows. */
const FIRST_STEP = 2_000
const LARGEST_STEP = 400_000
/** Milliseconds that a look should take. */
const COMFORTABLE = 300

/** What a chain knows of an event while it is followed. */
interface Member {
  readonly position: number
  readonly id: string
  readonly causationId: string | null
}

interface Row {
  readonly position: string
  readonly id: string
  readonly causation_id: string | null
  readonly correlation_id: string | null
}

/**
 * Follows causation and correlation of an event both ways; undefined when it is not stored. The search ends when the signal aborts:
 * who walks from event to event must not leave one behind each, on connections that others wait for.
 */
export async function readChain(
  operations: BoundedOperations,
  payload: Payload,
  focus: string,
  signal?: AbortSignal,
): Promise<Chain | undefined> {
  const step = operations.within(STEP_TIMEOUT)
  const ancestors = await readAncestors(step, focus)
  const [first] = ancestors
  if (!first) return undefined
  const members = new Map(ancestors.map((row) => [row.id, memberOf(row)]))
  const start = Math.min(...[...members.values()].map(({ position }) => position))
  const search = new Search(step, members, first.id, first.correlation_id)
  const searchedTo = await search.run(start, await readHead(step), signal)
  const positions = [...members.values()].map(({ position }) => position)
  const causes = [...members.values()].flatMap(({ causationId }) => causationId ?? [])
  const unknown = [...new Set(causes)].filter((id) => !members.has(id))
  const missing = await readMissing(step, unknown)
  const moreCauses = ancestors.some(
    ({ causation_id }) => causation_id !== null && !members.has(causation_id) && !missing.includes(causation_id),
  )
  return {
    focus: first.id,
    events: await readSummaries(operations, payload, positions),
    edges: [...members.values()].flatMap(({ id, causationId }) =>
      causationId !== null && members.has(causationId) ? [[causationId, id] as const] : [],
    ),
    missing,
    moreCauses,
    complete: search.complete,
    searchedTo,
  }
}

/**
 * One way through `$all`, from the first known event on, a stretch at a time.
 *
 * Invariant: effects come after their causes; so what was looked at, up to where an effect was found, need not be looked at again
 * for the effects of that one.
 */
class Search {
  complete = true
  readonly #operations: Operations
  readonly #members: Map<string, Member>
  /** Whose effects are looked for: the event itself and its effects. */
  readonly #causes: Set<string>
  readonly #correlationId: string | null
  #relatives = 0

  constructor(operations: Operations, members: Map<string, Member>, focus: string, correlationId: string | null) {
    this.#operations = operations
    this.#members = members
    this.#causes = new Set([focus])
    this.#correlationId = correlationId
  }

  /** Resolves to the position up to which it has looked. */
  async run(start: number, head: number, signal?: AbortSignal): Promise<number> {
    const end = performance.now() + PATIENCE
    let reached = start - 1
    for (let step = FIRST_STEP; reached < head && this.#wants; ) {
      const began = performance.now()
      if (began > end || signal?.aborted) return this.#stop(reached)
      try {
        const look = await this.#look(reached, Math.min(reached + step, head))
        reached = look.reached
        step = look.found ? FIRST_STEP : nextStep(step, performance.now() - began)
      } catch (error) {
        if (error instanceof TimeoutError) return this.#stop(reached)
        throw error
      }
    }
    return reached < head ? this.#stop(reached) : head
  }

  get #wants(): boolean {
    return this.#wantsEffects || this.#wantsRelatives
  }

  get #wantsEffects(): boolean {
    return this.#causes.size <= MOST_EFFECTS
  }

  get #wantsRelatives(): boolean {
    return this.#correlationId !== null && this.#relatives < MOST_RELATIVES
  }

  #stop(reached: number): number {
    this.complete = false
    return reached
  }

  /** Looks at a stretch, and resolves to where the next one begins after. */
  async #look(after: number, to: number): Promise<{ readonly reached: number; readonly found: boolean }> {
    const causes = this.#wantsEffects ? [...this.#causes] : []
    const rows = await readStretch(
      this.#operations,
      after,
      to,
      causes,
      this.#wantsRelatives ? this.#correlationId : null,
    )
    const effects = rows.filter((row) => this.#take(row))
    const end = rows.length < MOST_ROWS ? to : Number(rows.at(-1)?.position)
    return { reached: Number(effects[0]?.position ?? end), found: effects.length > 0 }
  }

  /** Adds what is new, if there is room. Returns whether it is an effect, which may have effects. */
  #take(row: Row): boolean {
    if (this.#causes.has(row.id)) return false
    const isEffect = row.causation_id !== null && this.#causes.has(row.causation_id)
    if (!isEffect && this.#members.has(row.id)) return false
    const wants = () => (isEffect ? this.#wantsEffects : this.#wantsRelatives)
    if (!wants()) return false
    if (isEffect) this.#causes.add(row.id)
    else this.#relatives++
    this.#members.set(row.id, memberOf(row))
    if (!wants()) this.complete = false
    return isEffect
  }
}

function memberOf({ position, id, causation_id }: Row): Member {
  return { position: Number(position), id, causationId: causation_id }
}

function nextStep(step: number, took: number): number {
  const factor = Math.max(0.25, Math.min(4, COMFORTABLE / Math.max(took, 1)))
  return Math.min(LARGEST_STEP, Math.max(FIRST_STEP, Math.round(step * factor)))
}

/** The event, then its cause, and the cause's cause: each found by its id. */
async function readAncestors({ query, schema }: Operations, id: string): Promise<readonly Row[]> {
  return query<Row>({
    text: `
      WITH RECURSIVE line AS (
        SELECT e.position, e.event_id, e.causation_id, e.correlation_id, 0 AS depth
        FROM ${schema}.events e
        WHERE e.event_id = $1::text::uuid
        UNION ALL
        SELECT c.position, c.event_id, c.causation_id, c.correlation_id, l.depth + 1
        FROM line l
        CROSS JOIN LATERAL (SELECT e.* FROM ${schema}.events e WHERE e.event_id = l.causation_id OFFSET 0) c
        WHERE l.depth < ${MOST_ANCESTORS}
      )
      SELECT l.position::text, l.event_id::text AS id, l.causation_id::text, l.correlation_id::text
      FROM line l
      ORDER BY l.depth`,
    values: [id],
  })
}

async function readStretch(
  { query, schema }: Operations,
  after: number,
  to: number,
  causes: readonly string[],
  correlationId: string | null,
): Promise<readonly Row[]> {
  return query<Row>({
    text: `
      SELECT e.position::text, e.event_id::text AS id, e.causation_id::text, e.correlation_id::text
      FROM ${schema}.events e
      WHERE e.position > $1::text::int8 AND e.position <= $2::text::int8
        AND (e.causation_id = ANY ($3::text::uuid[]) OR e.correlation_id = $4::text::uuid)
      ORDER BY e.position
      LIMIT ${MOST_ROWS}`,
    values: [String(after), String(to), `{${causes.join(',')}}`, correlationId],
  })
}

async function readHead({ query, schema }: Operations): Promise<number> {
  const [row] = await query<{ head: string }>({
    text: `SELECT v.stream_version::text AS head FROM ${schema}.stream_versions v WHERE v.stream_id = 0`,
  })
  return Number(row?.head ?? 0)
}

async function readMissing({ query, schema }: Operations, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return []
  const rows = await query<{ id: string }>({
    text: `
      SELECT asked.id::text
      FROM pg_catalog.unnest($1::text::uuid[]) AS asked (id)
      WHERE NOT EXISTS (SELECT FROM ${schema}.events e WHERE e.event_id = asked.id)
      ORDER BY asked.id`,
    values: [`{${ids.join(',')}}`],
  })
  return rows.map(({ id }) => id)
}
