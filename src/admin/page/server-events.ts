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
/** Milliseconds of silence after which a connection counts as lost: the server sends a ping every 15 s. */
const LONGEST_SILENCE = 40_000

/**
 * Listens to the server until the function that it returns is called; whatever ends the connection, it comes back. One that only
 * looks open, as through a tunnel whose other end is gone, is found by its silence. While the page is hidden it does not listen: a
 * browser has six connections to a server for all its tabs.
 */
export function listenToServer(options: ServerEventsOptions): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let lastId: string | undefined
  let delay = FIRST_DELAY

  const lost = () => {
    disconnect()
    options.onLost?.()
    timer = setTimeout(connect, delay)
    delay = Math.min(delay * 2, LONGEST_DELAY)
  }
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(lost, LONGEST_SILENCE)
  }
  const connect = () => {
    const opened = new EventSource(options.url(lastId))
    source = opened
    heard()
    opened.onopen = () => {
      heard()
      delay = FIRST_DELAY
      options.onOpen?.()
    }
    opened.onerror = lost
    opened.addEventListener('ping', heard)
    for (const kind of options.kinds) {
      opened.addEventListener(kind, (message: MessageEvent<string>) => {
        heard()
        if (message.lastEventId !== '') lastId = message.lastEventId
        options.receive(kind, JSON.parse(message.data))
      })
    }
  }
  const disconnect = () => {
    clearTimeout(timer)
    clearTimeout(silence)
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
