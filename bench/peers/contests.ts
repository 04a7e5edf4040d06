import type { Contest, Sizes } from './arena.ts'
import { appendBatches } from './contests/append-batches.ts'
import { appendSingle } from './contests/append-single.ts'
import { catchUp } from './contests/catch-up.ts'
import { eightStores } from './contests/eight-stores.ts'
import { followedStreams } from './contests/followed-streams.ts'
import { growth } from './contests/growth.ts'
import { memory } from './contests/memory.ts'
import { openTransaction } from './contests/open-transaction.ts'
import { readAll } from './contests/read-all.ts'
import { readStream } from './contests/read-stream.ts'
import { receipt } from './contests/receipt.ts'
import { subscriptions } from './contests/subscriptions.ts'

/** All contests, in the order in which they take place. */
export function contestsOf({ quick, large }: Sizes): readonly Contest[] {
  return [
    appendBatches(50),
    appendBatches(1),
    appendSingle(50),
    appendSingle(1),
    readStream,
    readAll,
    receipt('same process'),
    receipt('another process'),
    eightStores,
    catchUp,
    subscriptions(1),
    subscriptions(50),
    followedStreams,
    openTransaction(quick ? 5 : 60),
    memory,
    growth(large ? 10_000_000 : 1_000_000), // the last, as it appends to what the others only read
  ]
}
