import { useCallback, useRef, useState } from 'preact/hooks'
import type { StreamInfo } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { CopyButton } from '../components/copy-button.tsx'
import { EventList } from '../components/event-list.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { Failure, Loading } from '../components/states.tsx'
import { FullTime } from '../components/time.tsx'
import { Title } from '../components/title.tsx'
import { formatCount } from '../format.ts'
import { streamHash } from '../router.ts'
import { useResource } from '../state/use-resource.ts'
import { useWatch } from '../state/watch.tsx'
import { AppendButton } from '../writes/append-dialog.tsx'
import { DeleteStreamButton } from '../writes/delete-stream-dialog.tsx'

export interface StreamViewProps {
  readonly name: string
  readonly from: number | null
}

export function StreamView({ name, from }: StreamViewProps) {
  const { store } = useWatch()
  const { data: stream, error, reload } = useResource<StreamInfo>(apiUrl('stream', { name }))
  const [newest, setNewest] = useState(0)
  const known = useRef(0)
  const follow = useCallback(
    (number: number) => {
      // A stream that was destroyed and created anew begins again: what was known of it is over.
      if (number < known.current) reload()
      known.current = number
      setNewest(number)
    },
    [reload],
  )
  const deleted = stream?.status === 'deleted'
  const actions = store?.allowWrites && stream && !deleted && (
    <>
      <AppendButton stream={name} onDone={reload} />
      <DeleteStreamButton name={name} onDone={reload} />
    </>
  )
  return (
    <>
      <Title actions={actions}>
        <span class="kind">Stream</span> <SafeText text={name} limit={300} />{' '}
        <CopyButton quiet what="the stream's name" text={() => name} />
      </Title>
      {error && <Failure error={error} reload={reload} />}
      {!stream && !error && <Loading what="the stream" />}
      {stream && (
        <Facts>
          <Fact name="Status">
            <span class={deleted ? 'badge danger' : ''}>{stream.status}</span>
          </Fact>
          <Fact name="Version" numeric>
            {formatCount(Math.max(stream.version, newest))}
          </Fact>
          <Fact name="Created">
            <FullTime iso={stream.createdAt} />
          </Fact>
          {stream.deletedAt !== null && (
            <Fact name="Deleted">
              <FullTime iso={stream.deletedAt} />
            </Fact>
          )}
        </Facts>
      )}
      {stream && !deleted && (
        <EventList
          stream={name}
          from={from}
          hash={(number) => streamHash(name, number)}
          onNewest={follow}
          empty="No events yet: they appear as they are appended."
        />
      )}
      {deleted && (
        <p class="state empty">This stream was deleted. Its events are hidden here; in $all they still stand.</p>
      )}
    </>
  )
}
