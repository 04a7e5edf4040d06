export interface ServerEventsOptions {
  /** Where to listen, after the last id that was received. */
  readonly url: (lastId: string | undefined) => string
  /** The kinds of events to hear. */
  readonly kinds: readonly string[]
  readonly receive: (kind: string, data: unknown) => void
  readonly onOpen?: () => void
  /** The connection was lost, or could not be had; another try follows. */
  readonly onLost?: () => void
}

const FIRST_DELAY = 500
const LONGEST_DELAY = 5_000

/**
 * Listens to the server until the function that it returns is called; whatever ends the connection, it comes back. While the page is
 * hidden it does not listen: a browser has six connections to a server for all its tabs.
 */
export function listenToServer(options: ServerEventsOptions): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastId: string | undefined
  let delay = FIRST_DELAY

  const connect = () => {
    const opened = new EventSource(options.url(lastId))
    source = opened
    opened.onopen = () => {
      delay = FIRST_DELAY
      options.onOpen?.()
    }
    opened.onerror = () => {
      disconnect()
      options.onLost?.()
      timer = setTimeout(connect, delay)
      delay = Math.min(delay * 2, LONGEST_DELAY)
    }
    for (const kind of options.kinds) {
      opened.addEventListener(kind, (message: MessageEvent<string>) => {
        if (message.lastEventId !== '') lastId = message.lastEventId
        options.receive(kind, JSON.parse(message.data))
      })
    }
  }
  const disconnect = () => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  const follow = () => {
    disconnect()
    if (document.visibilityState === 'visible') connect()
  }

  document.addEventListener('visibilitychange', follow)
  follow()
  return () => {
    document.removeEventListener('visibilitychange', follow)
    disconnect()
  }
}
