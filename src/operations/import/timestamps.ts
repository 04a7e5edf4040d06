import type { Timestamp } from './records.ts'

const ISO_TIME =
  /^(?!0000)(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,6}))?(?:Z|\+00:00)$/
/** What PostgreSQL counts times from, in milliseconds since 1970. */
const POSTGRES_EPOCH = Date.UTC(2000, 0, 1)
const MICROSECONDS_DIGITS = 6

/** A time of ISO 8601 in UTC in the form in which times are compared; undefined for any other text. */
export function timestampOf(text: string): Timestamp | undefined {
  const [, seconds, fraction = ''] = ISO_TIME.exec(text) ?? []
  if (seconds === undefined || !isDay(seconds)) return undefined
  return fraction.length === MICROSECONDS_DIGITS && text.endsWith('Z')
    ? text
    : `${seconds}.${fraction.padEnd(MICROSECONDS_DIGITS, '0')}Z`
}

/** Whether there is such a day: the 30th of February would be taken for the 2nd of March. */
function isDay(seconds: string): boolean {
  const day = Number(seconds.slice(8, 10))
  if (day <= 28) return true
  const [year, month] = [Number(seconds.slice(0, 4)), Number(seconds.slice(5, 7))]
  if (month === 2) return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= 30 || !MONTHS_OF_30_DAYS.has(month)
}

const MONTHS_OF_30_DAYS: ReadonlySet<number> = new Set([4, 6, 9, 11])

/** The same in milliseconds since 1970, for whoever has no more digits. */
export function timestampAt(milliseconds: number): Timestamp {
  return new Date(milliseconds).toISOString().replace('Z', '000Z')
}

/** Microseconds since 2000, as PostgreSQL stores a time. */
export function microsecondsOf(timestamp: Timestamp): bigint {
  const seconds = BigInt(Date.parse(`${timestamp.slice(0, 19)}Z`) - POSTGRES_EPOCH)
  return seconds * 1_000n + BigInt(timestamp.slice(20, 26))
}
