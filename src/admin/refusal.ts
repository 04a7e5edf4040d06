import { EventStoreError, TimeoutError } from '../errors.ts'
import type { ApiErrorCode, ApiFailure } from './api.ts'

/** A request that cannot be answered as it is. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: ApiErrorCode,
    message: string,
  ) {
    super(message)
  }
}

/** A request that says something else than was expected. */
export class BadRequest extends Refusal {
  constructor(message: string) {
    super(400, 'BAD_REQUEST', message)
  }
}

/** An error as whoever asked is told of it. */
export interface Failure {
  readonly status: number
  readonly code: ApiErrorCode
  readonly message: string
}

/** The statuses of the store's errors; those of others are 500. */
const STATUSES: Readonly<Record<string, number>> = {
  READ_ONLY_STREAM: 400,
  STREAM_NOT_FOUND: 404,
  EVENT_NOT_FOUND: 404,
  STREAM_DELETED: 410,
  WRONG_EXPECTED_VERSION: 409,
  DUPLICATE_EVENT: 409,
  CHECKPOINT_AHEAD: 409,
  INVALID_EVENT: 422,
  CONNECTION: 503,
  TIMEOUT: 503,
  CLOSED: 503,
  MIGRATION_REQUIRED: 503,
}

/** What to answer for any error. Of what is not foreseen nothing is told: it may say more than it should. */
export function describeError(error: unknown): Failure {
  if (error instanceof Refusal) return { status: error.status, code: error.code, message: error.message }
  if (error instanceof EventStoreError) {
    return { status: STATUSES[error.code] ?? 500, code: error.code, message: messageOf(error) }
  }
  return {
    status: 500,
    code: 'UNEXPECTED',
    message: 'The server failed to answer: the terminal that it runs in says why.',
  }
}

/** What an error of the store says to somebody who looks at a page: he has no `timeout` to raise. */
export function messageOf(error: EventStoreError): string {
  if (!(error instanceof TimeoutError)) return error.message
  return `The database did not answer within ${error.timeout / 1_000} s: it is busy, or cannot be reached. Try again.`
}

/** Whether an error is one that no request and no state of the database explains. */
export function isUnforeseen(error: unknown): boolean {
  return !(error instanceof Refusal || error instanceof EventStoreError)
}

export function failureBody({ code, message }: Omit<Failure, 'status'>): ApiFailure {
  return { error: { code, message } }
}

/** Runs what checks its arguments by itself: what it finds wrong with them is wrong with the request. */
export async function asRequested<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw new BadRequest(`${error.message}.`)
    throw error
  }
}
