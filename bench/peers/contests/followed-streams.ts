import { setTimeout as sleep } from 'node:timers/promises'
import type { EventStore } from '../../../src/index.ts'
import { newEvent } from '../../workload.ts'
import type { Contest } from '../arena.ts'
import { openStore, storeAppender } from '../contenders/store.ts'
import { APPENDS, writeFor } from '../writers.ts'

const STREAMS = 10_000
const WRITERS = 50
/** Milliseconds that one look takes at most when no other is waiting, and that it must stay so. */
const QUICK = 50
const QUIET = 1_000

/** Single events of 50 writers, while 10,000 other streams are followed in the same process, and while none is. */
export const followedStreams: Contest = {
  name: 'followed-streams',
  async run(arena) {
    let connected = () => {}
    await using store = await openStore(await arena.newDatabase('followed_streams'), (diagnostic) => {
      if (diagnostic.type === 'connected' && diagnostic.connection === 'notifications') connected()
    })
    await Promise.all(Array.from({ length: STREAMS }, (_, n) => appendFirst(store, n)))
    let followers: Followers | undefined
    async function follow(wanted: boolean): Promise<void> {
      if (wanted === (followers !== undefined)) return
      await followers?.end()
      const listens = new Promise<void>((resolve) => {
        connected = resolve
      })
      followers = wanted ? await followStreams(store, listens) : undefined
      await quiet(store)
    }
    const appender = storeAppender(store)
    const run = () => writeFor(appender, WRITERS, arena.size(600, 2_000))
    try {
      return await arena.compete('followed-streams', APPENDS, [
        { name: 'followed', prepare: () => follow(true), run },
        { name: 'not followed', prepare: () => follow(false), run },
      ])
    } finally {
      await followers?.end()
    }
  },
}

interface Followers {
  end(): Promise<void>
}

function streamName(n: number): string {
  return `followed-${n}`
}

/** By its first event a follower shows that it is there. */
async function appendFirst(store: EventStore, n: number): Promise<void> {
  await store.append(streamName(n), newEvent(n), { expectedVersion: 'no-stream' })
}

/** The first one alone, until the store listens: else all would look again when it begins to. Resolves when all have caught up. */
async function followStreams(store: EventStore, listens: Promise<void>): Promise<Followers> {
  const ending = new AbortController()
  const all: Promise<void>[] = []
  await new Promise<void>((resolve, reject) => {
    let left = STREAMS
    const receive = () => {
      if (--left === 0) resolve()
    }
    const follow = () => {
      const follower = followUntil(store, streamName(all.length), receive, ending.signal)
      follower.catch(reject)
      all.push(follower)
    }
    follow()
    listens.then(async () => {
      await quiet(store)
      while (all.length < STREAMS) follow()
    })
  })
  return {
    async end() {
      ending.abort()
      await Promise.all(all)
    },
  }
}

/** Resolves when the looks of followers have come to an end: while they wait for connections, others wait as long. */
async function quiet(store: EventStore): Promise<void> {
  let since = performance.now()
  while (performance.now() - since < QUIET) {
    const began = performance.now()
    await store.read('$all', { limit: 1 }).toArray()
    if (performance.now() - began > QUICK) since = performance.now()
    await sleep(QUICK)
  }
}

async function followUntil(store: EventStore, stream: string, receive: () => void, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of store.follow(stream, { after: 'start', signal })) receive()
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
