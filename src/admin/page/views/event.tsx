import type { ContentPart, EventDetail } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { ChainSection } from '../components/chain-section.tsx'
import { CopyButton } from '../components/copy-button.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { Neighbours } from '../components/neighbours.tsx'
import { Payload } from '../components/payload.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { Loaded } from '../components/states.tsx'
import { FullTime } from '../components/time.tsx'
import { Title } from '../components/title.tsx'
import { formatCount } from '../format.ts'
import { ALL, hashOf, NO_FILTER, streamHash } from '../router.ts'
import { useResource } from '../state/use-resource.ts'

export function EventView({ id }: { readonly id: string }) {
  const resource = useResource<EventDetail>(apiUrl('event', { id }))
  return (
    <Loaded resource={resource} what="the event">
      {(event) => (
        <>
          <Title actions={<Neighbours event={event} />}>
            <span class="kind">Event</span> <SafeText text={event.type} limit={200} />
          </Title>
          <EventFacts event={event} />
          {(['data', 'metadata'] as const).map((part) => (
            <Payload
              key={part}
              label={part === 'data' ? 'Data' : 'Metadata'}
              text={event[part]}
              bytes={part === 'data' ? event.dataBytes : event.metadataBytes}
              truncated={event.truncated}
              download={contentUrl(event.id, part)}
            />
          ))}
          <ChainSection event={event} />
        </>
      )}
    </Loaded>
  )
}

function EventFacts({ event }: { readonly event: EventDetail }) {
  const { causationId, correlationId, links } = event
  return (
    <Facts>
      <Fact name="Stream" wide>
        <a href={streamHash(event.streamName)}>
          <SafeText text={event.streamName} limit={200} />
        </a>
      </Fact>
      <Fact name="Version in stream" numeric>
        <a href={streamHash(event.streamName, event.streamVersion)}>{formatCount(event.streamVersion)}</a>
      </Fact>
      <Fact name="Position in $all" numeric>
        <a href={hashOf({ ...ALL, from: event.position })}>{formatCount(event.position)}</a>
      </Fact>
      <Fact name="Appended">
        <FullTime iso={event.createdAt} />
      </Fact>
      <Fact name="Id">
        <code>{event.id}</code> <CopyButton quiet what="the event's id" text={() => event.id} />
      </Fact>
      <Fact name="Causation id">
        {causationId === null ? (
          <span class="muted">none</span>
        ) : (
          <a href={hashOf({ view: 'event', id: causationId })}>
            <code>{causationId}</code>
          </a>
        )}
      </Fact>
      <Fact name="Correlation id">
        {correlationId === null ? (
          <span class="muted">none</span>
        ) : (
          <a href={hashOf({ ...ALL, filter: { ...NO_FILTER, correlationId } })}>
            <code>{correlationId}</code>
          </a>
        )}
      </Fact>
      {links.length > 0 && (
        <Fact name="Linked in" wide>
          <ul class="links">
            {links.map(({ streamName, streamVersion }) => (
              <li key={`${streamVersion} ${streamName}`}>
                <a href={streamHash(streamName, streamVersion)}>
                  <SafeText text={streamName} limit={100} /> {formatCount(streamVersion)}
                </a>
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </Facts>
  )
}

function contentUrl(id: string, part: ContentPart): string {
  return apiUrl('event/content', { id, part })
}
