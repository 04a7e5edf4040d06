import { eventually } from './eventually.ts'

/** A server-sent event, as it came. */
export interface Heard {
  readonly event: string
  readonly id: string | undefined
  readonly data: unknown
}

/** Somebody who listens to server-sent events. */
export class AdminListener implements AsyncDisposable {
  readonly heard: Heard[] = []
  pings = 0
  ended = false
  readonly #left = new AbortController()
  readonly #listening: Promise<void>

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#listening = this.#listen(url, headers).catch((error: unknown) => {
      if (!this.#left.signal.aborted) throw error
    })
    this.#listening.catch(() => {}) // whoever leaves hears of it
  }

  /** The data of all events of a name. */
  dataOf<Data>(event: string): readonly Data[] {
    return this.heard.filter((each) => each.event === event).map((each) => each.data as Data)
  }

  /** Resolves once so many events of a name came. */
  async until<Data>(event: string, count: number, within = 10_000): Promise<readonly Data[]> {
    return eventually(
      () => {
        const data = this.dataOf<Data>(event)
        if (data.length < count) throw new Error(`Expected ${count} of ${event}, found ${JSON.stringify(this.heard)}`)
        return data
      },
      { within },
    )
  }

  /** Resolves when the server ended it. */
  async over(): Promise<void> {
    await this.#listening.catch(() => {})
    this.ended = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#left.abort()
    await this.#listening
  }

  async #listen(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const response = await fetch(url, {
      headers: { Accept: 'text/event-stream', ...headers },
      signal: this.#left.signal,
    })
    if (!response.ok || !response.body) throw new Error(`Expected events, found ${response.status}`)
    let text = ''
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      text += piece
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) this.#hear(block)
    }
  }

  #hear(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    )
    const [event, data] = [fields.get('event'), fields.get('data')]
    if (event === undefined || data === undefined) return
    if (event === 'ping') {
      this.pings++
      return
    }
    this.heard.push({ event, id: fields.get('id'), data: JSON.parse(data) })
  }
}
