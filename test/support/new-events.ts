import type { NewEvent } from '../../src/index.ts'

/** `count` new events whose data says `{ n }`, counting from `first`. */
export function newEvents(count: number, first = 1): NewEvent[] {
  return Array.from({ length: count }, (_, index) => newEvent(first + index))
}

export function newEvent(n = 1): NewEvent {
  return { type: 'SomethingHappened', data: { n }, metadata: { user: 'user@example.com' } }
}

/** 1, 2, … or from one number to another, in whichever direction. */
export function range(from: number, to: number): number[] {
  const step = from <= to ? 1 : -1
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + index * step)
}
