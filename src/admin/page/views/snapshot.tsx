import type { SnapshotDetail } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { Fact, Facts } from '../components/facts.tsx'
import { Payload } from '../components/payload.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { Loaded } from '../components/states.tsx'
import { FullTime } from '../components/time.tsx'
import { Title } from '../components/title.tsx'
import { formatCount } from '../format.ts'
import { useResource } from '../state/use-resource.ts'
import { useWatch } from '../state/watch.tsx'
import { DeleteSnapshotButton } from '../writes/delete-snapshot-dialog.tsx'

export function SnapshotView({ id }: { readonly id: string }) {
  const { store } = useWatch()
  const resource = useResource<SnapshotDetail>(apiUrl('snapshot', { id }))
  return (
    <Loaded resource={resource} what="the snapshot">
      {(snapshot) => (
        <>
          <Title actions={store?.allowWrites && <DeleteSnapshotButton id={snapshot.sourceId} />}>
            <span class="kind">Snapshot</span> <SafeText text={snapshot.sourceId} />
          </Title>
          <Facts>
            <Fact name="Type">
              <SafeText text={snapshot.sourceType} />
            </Fact>
            <Fact name="Version" numeric>
              {formatCount(snapshot.sourceVersion)}
            </Fact>
            <Fact name="Created">
              <FullTime iso={snapshot.createdAt} />
            </Fact>
          </Facts>
          {(['data', 'metadata'] as const).map((part) => (
            <Payload
              key={part}
              label={part === 'data' ? 'Data' : 'Metadata'}
              text={snapshot[part]}
              bytes={part === 'data' ? snapshot.dataBytes : snapshot.metadataBytes}
              truncated={snapshot.truncated}
              download={apiUrl('snapshot/content', { id, part })}
            />
          ))}
        </>
      )}
    </Loaded>
  )
}
