import { useMemo } from 'preact/hooks'
import type { Chain, EventSummary } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { layOutChain } from '../chain-layout.ts'
import { countRelations, type Relation, relationsTo } from '../chain-relations.ts'
import { formatCount, formatNumberOf } from '../format.ts'
import { ALL, hashOf, NO_FILTER, streamHash } from '../router.ts'
import { useResource } from '../state/use-resource.ts'
import { ChainPicture } from './chain-picture.tsx'
import { DataTable } from './data-table.tsx'
import { SafeText } from './safe-text.tsx'
import { Empty, Loaded } from './states.tsx'
import { FullTime } from './time.tsx'

/** What led to an event and what followed from it: as a picture, and as a list. */
export function ChainSection({ event }: { readonly event: EventSummary }) {
  const resource = useResource<Chain>(apiUrl('chain', { id: event.id }))
  const { data, stale } = resource
  // Who walks along a chain goes on seeing it; another event's chain would be taken for this one's.
  const walking = stale && data?.events.some(({ id }) => id === event.id)
  return (
    <section aria-label="Causes and effects">
      <h2>Causes and effects</h2>
      <Loaded
        resource={stale && !walking ? { ...resource, data: undefined, stale: false } : resource}
        what="causes and effects"
      >
        {(chain) => <Found chain={chain} event={event} stale={stale} />}
      </Loaded>
    </section>
  )
}

interface FoundProps {
  readonly chain: Chain
  readonly event: EventSummary
  /** Whether the chain is that of another event in it, while this one's is looked for. */
  readonly stale: boolean
}

function Found({ chain, event, stale }: FoundProps) {
  const relations = useMemo(() => relationsTo(layOutChain(chain.events, chain.edges), event.id), [chain, event.id])
  const counts = countRelations(relations)
  return (
    <>
      <p class="muted chain-summary" role="status">
        {!stale && <Words chain={chain} event={event} counts={counts} />}
        {event.correlationId !== null && (
          <a href={hashOf({ ...ALL, filter: { ...NO_FILTER, correlationId: event.correlationId } })}>
            Its correlation in $all
          </a>
        )}
      </p>
      {chain.events.length > 1 ? (
        <>
          <ChainPicture chain={chain} focus={event.id} />
          <details>
            <summary>As a list</summary>
            <ChainList events={chain.events} relations={relations} />
          </details>
        </>
      ) : (
        <Empty>No other event was caused by this one, or has to do with it.</Empty>
      )}
    </>
  )
}

interface WordsProps extends Omit<FoundProps, 'stale'> {
  readonly counts: ReturnType<typeof countRelations>
}

/** What was found, and what was not looked at. */
function Words({ chain, event, counts }: WordsProps) {
  const { events, missing, moreCauses, complete, searchedTo } = chain
  const causes = `${formatNumberOf(counts.cause, 'cause')}${moreCauses ? ' and more' : ''} before`
  return (
    <>
      {events.length > 1 && `${causes}, ${formatNumberOf(counts.effect, 'effect')} after`}
      {counts.relative > 0 && `, ${formatNumberOf(counts.relative, 'other')} of the same correlation`}
      {events.length > 1 && '. '}
      {moreCauses && 'The first one here has causes of its own: open it to see them. '}
      {event.causationId !== null && missing.includes(event.causationId) && 'Its cause is not stored here. '}
      {!complete && `Effects were looked for up to position ${formatCount(searchedTo)}: there may be more. `}
    </>
  )
}

interface ChainListProps {
  readonly events: readonly EventSummary[]
  readonly relations: ReadonlyMap<string, Relation>
}

const WORDS: Readonly<Record<Relation, string>> = {
  focus: 'this event',
  cause: 'cause',
  effect: 'effect',
  relative: 'same correlation',
}

function ChainList({ events, relations }: ChainListProps) {
  return (
    <DataTable
      caption="Causes and effects, by position"
      rows={events}
      rowKey={({ id }) => id}
      columns={[
        { label: 'Position', numeric: true, cell: ({ position }) => formatCount(position) },
        { label: 'Relation', cell: ({ id }) => WORDS[relations.get(id) ?? 'relative'] },
        {
          label: 'Type',
          cell: ({ id, type }) => (
            <a data-row href={hashOf({ view: 'event', id })}>
              <SafeText text={type} limit={80} />
            </a>
          ),
        },
        {
          label: 'Stream',
          cell: ({ streamName }) => (
            <a href={streamHash(streamName)}>
              <SafeText text={streamName} limit={80} />
            </a>
          ),
        },
        { label: 'Time', class: 'time', cell: ({ createdAt }) => <FullTime iso={createdAt} /> },
      ]}
    />
  )
}
