import type pg from 'pg'

/** What the driver's connection offers for copying, and its type declarations leave out. */
interface CopyConnection extends pg.Connection {
  sendCopyFromChunk(content: Uint8Array): void
  endCopyFrom(): void
}

/**
 * A script that begins with `COPY … FROM STDIN`, sent together with the content, as one piece: the server never waits for a client
 * that is still making it. When the COPY fails, the rest of the script does not run, and the server ignores the content.
 *
 * Written for the driver's queue of queries: it calls these methods with the server's answers.
 */
export class CopyIn implements pg.Submittable {
  readonly text: string
  readonly #content: readonly Uint8Array[]
  readonly #tags: string[] = []
  callback: (error: Error | null) => void
  /** Resolves to the tags of the commands that were completed. */
  readonly completed: Promise<readonly string[]>

  constructor(script: string, content: readonly Uint8Array[]) {
    this.text = script
    this.#content = content
    this.callback = () => {}
    this.completed = new Promise((resolve, reject) => {
      this.callback = (error) => (error ? reject(error) : resolve(this.#tags))
    })
  }

  submit(connection: pg.Connection): void {
    const copying = connection as CopyConnection
    copying.stream.cork()
    copying.query(this.text)
    for (const chunk of this.#content) copying.sendCopyFromChunk(chunk)
    copying.endCopyFrom()
    copying.stream.uncork()
  }

  handleCopyInResponse(): void {}

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#tags.push(text)
  }

  handleError(error: Error): void {
    this.callback(error)
  }

  handleReadyForQuery(): void {
    this.callback(null)
  }
}
