import { type ComponentChildren, createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { LiveState, Sample, SampleHistory, StoreFacts, StoreStats } from '../../api.ts'
import { ApiError, apiUrl, get } from '../api-client.ts'
import { listenToServer } from '../server-events.ts'
import { type KeptSample, withHistory, withSample } from './sample-series.ts'
import { usePolling } from './use-polling.ts'
import { type Resource, useResource } from './use-resource.ts'

/**
 * How the page stands to the server: `lost` is without an answer, `database` tells that the server has lost its database, `refused`
 * that it does not know this page's token.
 */
export type Connection =
  | { readonly state: 'connecting' | 'open' | 'lost' | 'refused' }
  | { readonly state: 'database'; readonly message: string }

/** What the whole page watches: the samples that the server takes, and whether it is there. */
export interface Watch {
  readonly samples: readonly KeptSample[]
  readonly connection: Connection
  /** Undefined until the server has answered for the first time. */
  readonly store: StoreFacts | undefined
  readonly stats: Resource<StoreStats>
}

/** The server counts rows for the stats: not often. */
const STATS_EVERY = 30_000

const WatchContext = createContext<Watch | undefined>(undefined)

export function useWatch(): Watch {
  const watch = useContext(WatchContext)
  if (!watch) throw new Error('Expected to be inside a WatchProvider')
  return watch
}

export function WatchProvider({ children }: { readonly children: ComponentChildren }) {
  const [samples, setSamples] = useState<readonly KeptSample[]>([])
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' })
  const [store, setStore] = useState<StoreFacts>()
  const stats = useResource<StoreStats>(apiUrl('stats'))
  usePolling(stats, STATS_EVERY)

  useEffect(() => {
    let last: string | undefined
    /** Whether the store of this connection was asked for: after a loss it may be another one. */
    let asked = false
    // Why a connection was lost, the browser does not tell: another request finds out.
    const look = async () => {
      asked = true
      try {
        setStore(await get<StoreFacts>(apiUrl('store')))
      } catch (error) {
        asked = false
        setConnection(connectionAfter(error))
      }
    }
    void look()
    return listenToServer({
      url: () => apiUrl('samples', { after: last }),
      kinds: ['history', 'sample', 'state'],
      onOpen: () => setConnection({ state: 'open' }),
      onLost: look,
      receive: (kind, data) => {
        if (kind === 'history') setSamples((before) => withHistory(before, data as SampleHistory))
        else if (kind === 'sample') {
          last = (data as Sample).time
          setSamples((before) => withSample(before, data as Sample))
          setConnection((before) => (before.state === 'open' ? before : { state: 'open' }))
        } else {
          setConnection(connectionOf(data as LiveState))
          if ((data as LiveState).connected && !asked) void look()
        }
      },
    })
  }, [])

  return <WatchContext.Provider value={{ samples, connection, store, stats }}>{children}</WatchContext.Provider>
}

function connectionOf({ connected, message }: LiveState): Connection {
  return connected ? { state: 'open' } : { state: 'database', message: message ?? 'The database does not answer.' }
}

function connectionAfter(error: unknown): Connection {
  if (!(error instanceof ApiError) || error.status === 0) return { state: 'lost' }
  if (error.status === 401) return { state: 'refused' }
  return error.passing ? { state: 'database', message: error.message } : { state: 'lost' }
}
