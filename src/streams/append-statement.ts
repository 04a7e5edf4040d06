import type { Payload } from '../options.ts'
import type { Statement } from '../postgres/executor.ts'
import type { AppendRequest } from './append-request.ts'
import type { PreparedEvent } from './prepared-events.ts'
import type { StoreContext } from './store-context.ts'

/** What the database answers for each part of a group: version and position are those before the part. */
export interface ReservationRow {
  readonly outcome: 'ok' | 'version' | 'deleted' | 'other' | 'isolation'
  readonly stream_version: string | null
  readonly position: string
}

/**
 * A group of appends as one statement, which checks and stores each of them by itself. Its two parameters are JSON text, which
 * every driver sends alike.
 */
export function appendStatement({ schema, codec }: StoreContext, requests: readonly AppendRequest[]): Statement {
  const parts: object[] = []
  const events: string[] = []
  const latestPart = new Map<string, number>()
  for (const [append, { parts: ofRequest, createdAt }] of requests.entries()) {
    for (const { stream, expectedVersion, events: ofPart } of ofRequest) {
      const previous = latestPart.get(stream)
      parts.push({
        append,
        stream,
        expected: String(expectedVersion),
        events: ofPart.length,
        created_at: createdAt,
        previous,
      })
      latestPart.set(stream, parts.length)
      for (const [index, event] of ofPart.entries())
        events.push(eventJson(event, parts.length, index + 1, codec.payload))
    }
  }
  return {
    text: `
      SELECT outcome, stream_version::text, "position"::text
      FROM ${schema}.append_events($1::text::jsonb, $2::text::jsonb)
      ORDER BY part`,
    values: [JSON.stringify(parts), `[${events.join(',')}]`],
  }
}

/** In `jsonb` content goes as it is; in `json` and `bytea` as a string, which keeps it to the letter. */
function eventJson(event: PreparedEvent, part: number, n: number, payload: Payload): string {
  const { id, type, data, metadata, causationId, correlationId } = event
  const content = payload === 'jsonb' ? identity : JSON.stringify
  return (
    `{"part":${part},"n":${n},"event_id":"${id}","event_type":${JSON.stringify(type)},` +
    `"data":${content(data)},"metadata":${content(metadata)}` +
    `${causationId === null ? '' : `,"causation_id":"${causationId}"`}` +
    `${correlationId === null ? '' : `,"correlation_id":"${correlationId}"`}}`
  )
}

function identity(text: string): string {
  return text
}
