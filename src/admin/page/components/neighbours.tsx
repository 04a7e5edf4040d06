import type { EventPage, EventSummary } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { hashOf } from '../router.ts'
import { useResource } from '../state/use-resource.ts'
import { SafeText } from './safe-text.tsx'

/** The ways from an event to those before and after it in its stream. */
export function Neighbours({ event: { streamName, streamVersion } }: { readonly event: EventSummary }) {
  const beside = { stream: streamName, limit: 1 }
  const before = useResource<EventPage>(
    apiUrl('events', { ...beside, from: streamVersion - 1, direction: 'backwards' }),
  )
  const after = useResource<EventPage>(apiUrl('events', { ...beside, from: streamVersion + 1, direction: 'forwards' }))
  // Those of the event that was shown before would lead astray.
  const [earlier, later] = [before, after].map(({ data, stale }) => (stale ? undefined : data?.events[0]))
  return (
    <nav class="neighbours" aria-label="In its stream">
      {earlier && earlier.eventNumber < streamVersion && (
        <a
          class="button"
          data-previous
          href={hashOf({ view: 'event', id: earlier.id })}
          aria-label="Earlier in its stream"
        >
          ← <SafeText text={earlier.type} limit={40} />
        </a>
      )}
      {later && later.eventNumber > streamVersion && (
        <a class="button" data-next href={hashOf({ view: 'event', id: later.id })} aria-label="Later in its stream">
          <SafeText text={later.type} limit={40} /> →
        </a>
      )}
    </nav>
  )
}
