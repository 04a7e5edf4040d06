import type { Contest } from '../arena.ts'
import { PgReader } from '../contenders/pg-reader.ts'
import { openStore } from '../contenders/store.ts'
import { readBy } from '../readers.ts'
import { fill, STREAM_LENGTH, streamName, vacuum } from '../stored.ts'
import { EVENT_RATE } from '../writers.ts'

const STORED = 100_000

/** Whole streams of 100 events: the store, Emmett, and the driver alone on the store's rows. */
export const readStream: Contest = {
  name: 'read-stream',
  async run(arena) {
    const streams = STORED / STREAM_LENGTH
    const connectionString = await arena.stored(STORED)
    const store = await openStore(connectionString)
    const pg = new PgReader(connectionString)
    const streamIds = await pg.streamIds()
    const emmettDatabase = arena.openEmmett && (await arena.newDatabase('read_emmett'))
    const emmett = emmettDatabase === undefined ? undefined : await arena.openEmmett?.(emmettDatabase)
    if (emmett && emmettDatabase) {
      await fill(streams, (stream, events) => emmett.writer(stream)(events))
      await vacuum(emmettDatabase)
    }
    const readers: Readonly<Record<string, (n: number) => Promise<number>>> = {
      store: async (n) => (await store.read(streamName(n)).toArray()).length,
      ...(emmett && { Emmett: (n: number) => emmett.read(streamName(n)) }),
      pg: (n) => pg.readStream(streamIds.get(streamName(n)) ?? ''),
    }
    try {
      return await arena.compete(
        'read-stream',
        EVENT_RATE,
        Object.entries(readers).map(([name, read]) => ({
          name,
          run: async () => [await readBy(read, streams, arena.size(1_000, 4_000))],
        })),
      )
    } finally {
      await Promise.all([store.close(), pg.close(), emmett?.close()])
    }
  },
}
