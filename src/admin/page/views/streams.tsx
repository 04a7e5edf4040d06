import type { Page, StreamInfo, StreamSort } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { type Column, DataTable } from '../components/data-table.tsx'
import { Pager } from '../components/pager.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { SearchField } from '../components/search-field.tsx'
import { Empty, Loaded } from '../components/states.tsx'
import { ShortTime } from '../components/time.tsx'
import { Title } from '../components/title.tsx'
import { formatCount } from '../format.ts'
import { hashOf, type Route, streamHash } from '../router.ts'
import { useResource } from '../state/use-resource.ts'
import { navigate } from '../state/use-route.ts'
import { useWatch } from '../state/watch.tsx'
import { AppendButton } from '../writes/append-dialog.tsx'

const PAGE_SIZE = 50

const COLUMNS: readonly Column<StreamInfo, StreamSort>[] = [
  {
    label: 'Name',
    sort: 'name',
    class: 'name',
    cell: ({ name }) => (
      <a data-row href={streamHash(name)}>
        <SafeText text={name} limit={160} />
      </a>
    ),
  },
  { label: 'Version', sort: 'version', numeric: true, cell: ({ version }) => formatCount(version) },
  {
    label: 'Status',
    cell: ({ status }) => <span class={status === 'deleted' ? 'badge danger' : 'muted'}>{status}</span>,
  },
  { label: 'Created', sort: 'createdAt', class: 'time', cell: ({ createdAt }) => <ShortTime iso={createdAt} /> },
  {
    label: 'Deleted',
    sort: 'deletedAt',
    class: 'time',
    cell: ({ deletedAt }) => deletedAt !== null && <ShortTime iso={deletedAt} />,
  },
]

export function StreamsView({ route }: { readonly route: Extract<Route, { readonly view: 'streams' }> }) {
  const { search, sortBy, direction, page } = route
  const { store } = useWatch()
  const resource = useResource<Page<StreamInfo>>(
    apiUrl('streams', { search, sortBy, direction, page, pageSize: PAGE_SIZE }),
  )
  const sort = (by: StreamSort) => {
    const turned = direction === 'ascending' ? 'descending' : 'ascending'
    const first = by === 'name' ? 'ascending' : 'descending'
    navigate({ ...route, sortBy: by, direction: by === sortBy ? turned : first, page: 1 })
  }
  return (
    <>
      <Title actions={store?.allowWrites && <AppendButton />}>Streams</Title>
      <div class="toolbar">
        <SearchField
          main
          label="Search"
          placeholder="part of a name"
          value={search}
          onSearch={(text) => navigate({ ...route, search: text, page: 1 }, 'replace')}
        />
      </div>
      <Loaded resource={resource} what="streams">
        {(found) => (
          <>
            {found.items.length > 0 ? (
              <DataTable
                caption="Streams"
                columns={COLUMNS}
                rows={found.items}
                rowKey={({ name }) => name}
                sortBy={sortBy}
                direction={direction}
                onSort={sort}
              />
            ) : (
              <Empty>{search === '' ? 'No streams on this page.' : 'No stream has a name with this text.'}</Empty>
            )}
            <Pager page={found} hash={(number) => hashOf({ ...route, page: number })} />
          </>
        )}
      </Loaded>
    </>
  )
}
