import type { EventFilter } from '../router.ts'

interface Filtered {
  readonly type: string
  readonly streamName: string
  readonly correlationId: string | null
  readonly causationId: string | null
}

/** Whether an event is one of those that a filter asks for: the same as the server does for those of the past. */
export function matches(filter: EventFilter, event: Filtered): boolean {
  return (
    (filter.type === '' || event.type === filter.type) &&
    (filter.search === '' || event.streamName.includes(filter.search)) &&
    (filter.correlationId === '' || event.correlationId === filter.correlationId.toLowerCase()) &&
    (filter.causationId === '' || event.causationId === filter.causationId.toLowerCase())
  )
}
