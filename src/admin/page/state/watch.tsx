import { type ComponentChildren, createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { LiveState, Sample, StoreFacts } from '../../api.ts'
import { ApiError, apiUrl, get } from '../api-client.ts'
import { listenToServer } from '../server-events.ts'
import { withSample } from './sample-series.ts'

/**
 * How the page stands to the server: `lost` is without an answer, `database` tells that the server has lost its database, `refused`
 * that it does not know this page's token.
 */
export type Connection =
  | { readonly state: 'connecting' | 'open' | 'lost' | 'refused' }
  | { readonly state: 'database'; readonly message: string }

/** What the whole page watches: the samples that the server takes, and whether it is there. */
export interface Watch {
  readonly samples: readonly Sample[]
  readonly connection: Connection
  /** Undefined until the server has answered for the first time. */
  readonly store: StoreFacts | undefined
}

const WatchContext = createContext<Watch>({ samples: [], connection: { state: 'connecting' }, store: undefined })

export function useWatch(): Watch {
  return useContext(WatchContext)
}

export function WatchProvider({ children }: { readonly children: ComponentChildren }) {
  const [samples, setSamples] = useState<readonly Sample[]>([])
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' })
  const [store, setStore] = useState<StoreFacts>()

  useEffect(() => {
    // Why a connection was lost, the browser does not tell: another request finds out.
    const look = () =>
      get<StoreFacts>(apiUrl('store')).then(setStore, (error: unknown) => setConnection(connectionAfter(error)))
    look()
    return listenToServer({
      url: () => apiUrl('samples'),
      kinds: ['history', 'sample', 'state'],
      onOpen: () => setConnection({ state: 'open' }),
      onLost: look,
      receive: (kind, data) => {
        if (kind === 'history') setSamples(data as readonly Sample[])
        else if (kind === 'sample') {
          setSamples((before) => withSample(before, data as Sample))
          setConnection((before) => (before.state === 'open' ? before : { state: 'open' }))
        } else {
          setConnection(connectionOf(data as LiveState))
          if ((data as LiveState).connected) look()
        }
      },
    })
  }, [])

  return <WatchContext.Provider value={{ samples, connection, store }}>{children}</WatchContext.Provider>
}

function connectionOf({ connected, message }: LiveState): Connection {
  return connected ? { state: 'open' } : { state: 'database', message: message ?? 'The database does not answer.' }
}

function connectionAfter(error: unknown): Connection {
  if (!(error instanceof ApiError) || error.status === 0) return { state: 'lost' }
  if (error.status === 401) return { state: 'refused' }
  return error.passing ? { state: 'database', message: error.message } : { state: 'lost' }
}
