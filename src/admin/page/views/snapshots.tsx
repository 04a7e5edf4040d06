import type { Page, SnapshotInfo } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { type Column, DataTable } from '../components/data-table.tsx'
import { Pager } from '../components/pager.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { SearchField } from '../components/search-field.tsx'
import { Empty, Loaded } from '../components/states.tsx'
import { ShortTime } from '../components/time.tsx'
import { Title } from '../components/title.tsx'
import { formatBytes, formatCount } from '../format.ts'
import { hashOf, type Route } from '../router.ts'
import { useResource } from '../state/use-resource.ts'
import { navigate } from '../state/use-route.ts'

const PAGE_SIZE = 50

const COLUMNS: readonly Column<SnapshotInfo, never>[] = [
  {
    label: 'Source',
    class: 'name',
    cell: ({ sourceId }) => (
      <a data-row href={hashOf({ view: 'snapshot', id: sourceId })}>
        <SafeText text={sourceId} limit={160} />
      </a>
    ),
  },
  { label: 'Type', class: 'type', cell: ({ sourceType }) => <SafeText text={sourceType} limit={80} /> },
  { label: 'Version', numeric: true, cell: ({ sourceVersion }) => formatCount(sourceVersion) },
  { label: 'Size', numeric: true, cell: ({ bytes }) => formatBytes(bytes) },
  { label: 'Created', class: 'time', cell: ({ createdAt }) => <ShortTime iso={createdAt} /> },
]

export function SnapshotsView({ route }: { readonly route: Extract<Route, { readonly view: 'snapshots' }> }) {
  const { search, page } = route
  const resource = useResource<Page<SnapshotInfo>>(apiUrl('snapshots', { search, page, pageSize: PAGE_SIZE }))
  return (
    <>
      <Title>Snapshots</Title>
      <div class="toolbar">
        <SearchField
          main
          label="Search"
          placeholder="part of a source id"
          value={search}
          onSearch={(text) => navigate({ ...route, search: text, page: 1 }, 'replace')}
        />
      </div>
      <Loaded resource={resource} what="snapshots">
        {(found) => (
          <>
            {found.items.length > 0 ? (
              <DataTable caption="Snapshots" columns={COLUMNS} rows={found.items} rowKey={({ sourceId }) => sourceId} />
            ) : (
              <Empty>{search === '' ? 'No snapshots yet.' : 'No snapshot has a source id with this text.'}</Empty>
            )}
            <Pager page={found} hash={(number) => hashOf({ ...route, page: number })} />
          </>
        )}
      </Loaded>
    </>
  )
}
