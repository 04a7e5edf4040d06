/** One server-sent event; a ping says only that the connection lives. */
export type Message = { readonly event: string; readonly data: unknown; readonly id?: number } | 'ping'

/** Milliseconds after which a browser connects again. */
const RETRY = 1_000

/**
 * Answers with server-sent events. The next message is only asked for when the last one is under way: who reads slowly gets fewer,
 * and nothing waits for him in memory. `messages` begins with the first read, and is to end when its signal aborts.
 */
export function eventStream(
  messages: (signal: AbortSignal) => AsyncIterable<Message>,
  { signals, onFailure }: { readonly signals: readonly AbortSignal[]; readonly onFailure: (error: unknown) => void },
): Response {
  const left = new AbortController()
  const encoder = new TextEncoder()
  let iterator: AsyncIterator<Message> | undefined
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encoder.encode(`retry: ${RETRY}\n\n`))
      },
      async pull(controller) {
        iterator ??= messages(AbortSignal.any([left.signal, ...signals]))[Symbol.asyncIterator]()
        const next = await iterator.next().catch((error: unknown) => {
          onFailure(error)
          return { done: true, value: undefined } as const
        })
        if (left.signal.aborted) return
        if (!next.done) return controller.enqueue(encoder.encode(frame(next.value)))
        left.abort()
        controller.close()
      },
      cancel() {
        left.abort()
        iterator?.return?.().catch(onFailure)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' } })
}

/** JSON has no line breaks: a message is one line of data. */
function frame(message: Message): string {
  if (message === 'ping') return 'event: ping\ndata: null\n\n'
  const id = message.id === undefined ? '' : `id: ${message.id}\n`
  return `event: ${message.event}\n${id}data: ${JSON.stringify(message.data)}\n\n`
}

/** Resolves after some milliseconds, or when the signal aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done, { once: true })
  })
}
