import { advice, type Judgement, ok, warning } from './finding.ts'
import type { Place } from './place.ts'
import { duration } from './words.ts'

export interface ClockFacts {
  /** Milliseconds by which the server's clock is ahead of this machine's. */
  readonly ahead: number
  /** By how much that may be wrong: half of what it took to ask. */
  readonly uncertainty: number
}

const NOTABLE = 2_000
const LARGE = 60_000

export async function readClock({ query }: Place): Promise<ClockFacts> {
  await query({ text: 'SELECT 1' }) // a connection is had now
  const asked = Date.now()
  const [row] = await query<{ now: string }>({
    text: `SELECT (date_part('epoch', clock_timestamp()) * 1000::float8)::text AS now`,
  })
  const answered = Date.now()
  return { ahead: Number(row?.now) - (asked + answered) / 2, uncertainty: (answered - asked) / 2 }
}

export function judgeClock({ ahead, uncertainty }: ClockFacts): readonly Judgement[] {
  const certain = Math.abs(ahead) - uncertainty
  if (certain < NOTABLE) return [ok("The server's clock agrees with this machine's.")]
  const found = `The server's clock is ${duration(certain)} ${ahead > 0 ? 'ahead of' : 'behind'} this machine's: created_at is its time.`
  const what = 'Let both synchronize their clocks (NTP); the order of events does not depend on it.'
  return [certain < LARGE ? advice(found, what) : warning(found, what)]
}
