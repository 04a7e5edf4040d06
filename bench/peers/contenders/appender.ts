import type { NewEvent } from '../../../src/index.ts'

/** Appends these events to a stream that nobody else writes to; resolves when they are durable. */
export type Append = (events: readonly NewEvent[]) => Promise<unknown>

/** Whoever appends events to streams. */
export interface Appender {
  readonly name: string
  /** A writer to a new stream: it knows the stream's version from its own appends, and expects it. */
  writer(stream: string): Append
  close(): Promise<void>
}
