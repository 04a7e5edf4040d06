import { createHash } from 'node:crypto'
import type { NewEvent } from '../src/index.ts'
import type { AppendWork } from './journal.ts'
import { IGNORED, KEYS } from './scenario.ts'

/** An event by which a process is recognized: its operation, the number of its part, and its own within the part. */
export function markOf(operation: string, part: number, index: number): string {
  return `${operation}/${part}/${index}`
}

/** The marks of an append, a list for each of its parts. */
export function marksOf(operation: string, { parts }: AppendWork): readonly (readonly string[])[] {
  return parts.map(({ count }, part) => Array.from({ length: count }, (_, index) => markOf(operation, part, index)))
}

/** The id of the event of a mark, if its append gives ids of its own. */
export function idOf(mark: string): string {
  const hex = hashOf(mark)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export function toEvent(mark: string, ownId: boolean): NewEvent {
  const number = Number.parseInt(hashOf(mark).slice(0, 8), 16)
  return {
    ...(ownId && { id: idOf(mark) }),
    type: number % 5 === 0 ? IGNORED : 'Happened',
    data: { key: `key-${number % KEYS}`, mark },
  }
}

function hashOf(mark: string): string {
  return createHash('sha1').update(mark).digest('hex')
}
