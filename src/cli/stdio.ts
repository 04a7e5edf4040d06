import type { Readable, Writable } from 'node:stream'

/** Where text comes from, a terminal perhaps. */
export type Source = Readable & { readonly isTTY?: boolean }

/** Where text goes, a terminal perhaps: then it says how wide it is, and whether it shows colours. */
export type Sink = Writable & { readonly isTTY?: boolean; readonly columns?: number; hasColors?(): boolean }
