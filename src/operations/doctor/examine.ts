import { DatabaseError } from '../../errors.ts'
import { connectionSource } from '../../postgres/connection-source.ts'
import { Database } from '../../postgres/database.ts'
import { INVALID_CATALOG_NAME, sqlStateOf } from '../../postgres/sqlstate.ts'
import { CHECKS, type Check, type StoreCheck } from './checks.ts'
import { type Finding, failure, type Judgement, unknown } from './finding.ts'
import { findStore, type Place, placeOf, type StoreOids } from './place.ts'

export interface ExaminationOptions {
  readonly connectionString: string
  /** The name of the store's schema. */
  readonly schema: string
  readonly packageVersion: string
  /** Milliseconds for each statement; a check may take twice as long. @default 10_000 */
  readonly timeout?: number
}

/**
 * Looks at everything that a store needs, and yields what was found, check by check. Changes nothing. No check waits for another, and
 * one that fails or takes too long says so, and keeps no other from its work.
 */
export async function* examine({
  connectionString,
  schema,
  packageVersion,
  timeout = 10_000,
}: ExaminationOptions): AsyncGenerator<Finding> {
  const database = new Database(connectionSource({ connectionString, poolSize: 3 }, () => {}))
  try {
    const place = placeOf(database, schema, packageVersion, timeout)
    const found = await lookFor(place, 2 * timeout)
    if (!found.connected) {
      yield { check: 'connection', ...failure(found.reason, found.advice) }
      return
    }
    const running = CHECKS.map((check) => ({
      name: check.name,
      judging: runCheck(check, place, found.store, 2 * timeout),
    }))
    for (const { name, judging } of running) {
      for (const judgement of await judging) yield { check: name, ...judgement }
    }
  } finally {
    await database.close()
  }
}

type Found =
  | { readonly connected: true; readonly store: StoreOids | undefined }
  | { readonly connected: false; readonly reason: string; readonly advice: string }

async function lookFor(place: Place, patience: number): Promise<Found> {
  try {
    return { connected: true, store: await within(patience, findStore(place)) }
  } catch (error) {
    const advice =
      sqlStateOf(error) === INVALID_CATALOG_NAME
        ? 'Create the database with `eventstore setup`, or name another.'
        : 'Nothing else was looked at: this has to work first.'
    return { connected: false, reason: messageOf(error), advice }
  }
}

/** Never rejects. */
async function runCheck(
  check: Check | StoreCheck,
  place: Place,
  store: StoreOids | undefined,
  patience: number,
): Promise<readonly Judgement[]> {
  try {
    if ('run' in check) return await within(patience, check.run(place))
    if (store) return await within(patience, check.runIn(place, store))
    return [unknown('there are no tables of a store.')]
  } catch (error) {
    return [unknown(messageOf(error))]
  }
}

async function within<Value>(patience: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${patience / 1_000} s.`)), patience)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What the server itself says, where it has refused: the store's own sentence speaks of what was to be stored. */
function messageOf(error: unknown): string {
  if (error instanceof DatabaseError && error.cause instanceof Error) return `${error.cause.message}.`
  return error instanceof Error ? error.message : String(error)
}
