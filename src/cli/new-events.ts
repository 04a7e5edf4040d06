import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { NewEvent } from '../events.ts'
import { UsageError } from './failure.ts'
import type { Source } from './stdio.ts'

const FIELDS = ['type', 'data', 'metadata', 'id', 'causationId', 'correlationId'] as const

/** Reads new events as JSON, an event a line; from standard input without a file. Rejects with UsageError, which names the line. */
export async function readNewEvents(
  file: string | undefined,
  stdin: Source,
  signal: AbortSignal,
): Promise<readonly NewEvent[]> {
  const where = file === undefined || file === '-' ? 'standard input' : file
  const input: Source = where === file ? createReadStream(file, { signal }) : stdin
  const failed = new Promise<never>((_, reject) => {
    input.once('error', (cause: Error) =>
      reject(signal.aborted ? signal.reason : new UsageError(`${where} cannot be read: ${cause.message}.`, { cause })),
    )
  })
  failed.catch(() => {}) // whoever waits hears of it
  const events = await Promise.race([
    collect(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }), where, signal),
    failed,
  ])
  if (events.length === 0)
    throw new UsageError(
      `There is no event in ${where}: expected JSON like {"type":"OrderPlaced","data":{}}, an event a line.`,
    )
  return events
}

async function collect(lines: AsyncIterable<string>, where: string, signal: AbortSignal): Promise<readonly NewEvent[]> {
  const events: NewEvent[] = []
  let number = 0
  for await (const line of lines) {
    signal.throwIfAborted()
    number++
    if (line.trim() !== '') events.push(newEventOf(line, `Line ${number} of ${where}`))
  }
  return events
}

function newEventOf(line: string, what: string): NewEvent {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`${what} is no JSON: ${reason}. Nothing was stored.`, { cause })
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UsageError(`${what} must be an object like {"type":"OrderPlaced","data":{}}. Nothing was stored.`)
  }
  const unknown = Object.keys(parsed).filter((key) => !FIELDS.some((field) => field === key))
  if (unknown.length > 0) {
    throw new UsageError(`${what} has ${unknown.join(', ')}; an event has ${FIELDS.join(', ')}. Nothing was stored.`)
  }
  if (!('data' in parsed)) throw new UsageError(`${what} has no data. Nothing was stored.`)
  return parsed as NewEvent
}
