import type { WriteOptions, Written } from '../suites/writers.ts'

/** What a process of the benchmarks can be told to do. */
export interface Tasks {
  /** Connects, so that it is not measured. */
  ready(options: Record<string, never>): Promise<null>
  /** Appends with some writers. */
  write(options: WriteOptions): Promise<Omit<Written, 'latencies'>>
  /** Follows a stream from its start, or subscribes to it, and sends a receipt for every event until it ends. */
  receive(options: { readonly stream: string; readonly by: 'follow' | 'subscription' }): Promise<null>
  /** Reads `$all` event by event. Resolves to how many there were. */
  stream(options: Record<string, never>): Promise<number>
  /** The most memory that the process has had so far, in megabytes (of a million bytes). */
  memory(options: Record<string, never>): Promise<number>
}

export type TaskName = keyof Tasks

/** What a process answers when a task is done. */
export type Answer = { readonly result: unknown } | { readonly error: string }

/** An event that was received. */
export interface Receipt {
  readonly eventNumber: number
  /** On the clock of `now`. */
  readonly receivedAt: number
}
