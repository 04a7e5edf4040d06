import { EventList } from '../components/event-list.tsx'
import { SearchField } from '../components/search-field.tsx'
import { Title } from '../components/title.tsx'
import { type EventFilter, hashOf, isFiltered, NO_FILTER, parseHash, type Route } from '../router.ts'
import { navigate } from '../state/use-route.ts'

type AllRoute = Extract<Route, { readonly view: 'all' }>

const FIELDS: readonly { readonly name: keyof EventFilter; readonly label: string; readonly placeholder: string }[] = [
  { name: 'type', label: 'Type', placeholder: 'exactly' },
  { name: 'search', label: 'Stream', placeholder: 'part of its name' },
  { name: 'correlationId', label: 'Correlation id', placeholder: 'a UUID' },
  { name: 'causationId', label: 'Causation id', placeholder: 'a UUID' },
]

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

export function AllEventsView({ route }: { readonly route: AllRoute }) {
  const { filter, from } = route
  const show = (change: Partial<EventFilter>) => {
    // Two fields may search at the same moment, before either is shown.
    const now = parseHash(location.hash)
    navigate({ ...route, filter: { ...(now.view === 'all' ? now.filter : filter), ...change } }, 'replace')
  }
  return (
    <>
      <Title>$all</Title>
      <search class="toolbar">
        {FIELDS.map(({ name, label, placeholder }, index) => (
          <SearchField
            key={name}
            main={index === 0}
            label={label}
            placeholder={placeholder}
            value={filter[name]}
            class={name.endsWith('Id') ? 'wide' : ''}
            onSearch={(text) => show({ [name]: name.endsWith('Id') ? text.trim() : text })}
          />
        ))}
        <SearchField
          label="Event id"
          placeholder="a UUID, to open it"
          value=""
          class="wide"
          onSearch={(text) => UUID.test(text.trim()) && navigate({ view: 'event', id: text.trim() })}
        />
        {isFiltered(filter) && (
          <button type="button" onClick={() => show(NO_FILTER)}>
            Clear
          </button>
        )}
      </search>
      <EventList
        stream="$all"
        from={from}
        filter={filter}
        hash={(number) => hashOf({ ...route, from: number })}
        empty={isFiltered(filter) ? 'No event fits.' : 'No events yet: they appear as they are appended.'}
      />
    </>
  )
}
