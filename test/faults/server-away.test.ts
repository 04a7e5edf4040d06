import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ConnectionError, EventStore, TimeoutError } from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { type FaultProxy, startProxy } from '../../torture/proxy.ts'
import { eventually } from '../support/eventually.ts'
import { range } from '../support/new-events.ts'
import { type OwnServer, startOwnServer } from '../support/own-server.ts'
import { numbersOf, receive } from '../support/received.ts'
import { settled } from '../support/settled.ts'

const ROUNDS = Number(process.env.TORTURE_ROUNDS ?? 4)
/** Appends of a round, of a kilobyte each, all of them waiting at once. */
const APPENDS = 1_500
const DATA = { filler: 'x'.repeat(1_000) }
const TIMEOUT = 1_000

/** How a server can be away, and come back. */
const absences: readonly (readonly [what: string, leave: Change, comeBack: Change])[] = [
  ['is stopped', ({ server }) => server.stop('immediate'), ({ server }) => server.start()],
  ['does not answer', ({ proxy }) => proxy.blackhole(), ({ proxy }) => proxy.heal('cut')],
]

type Change = (place: { readonly server: OwnServer; readonly proxy: FaultProxy }) => void | Promise<void>

test.each(absences)(
  'while the server %s: every append settles in its time, memory stays what it was, and all go on by themselves',
  async (_, leave, comeBack) => {
    await using server = await startOwnServer()
    await using proxy = await startProxy(() => server.url)
    await using store = new EventStore({ connectionString: proxy.url, onDiagnostic: () => {} })
    await using followed = receive(store.follow('$all', { after: 'start' }))
    await store.append('s', { type: 'Stored', data: DATA }, { expectedVersion: 0 })
    await followed.until(1)

    await leave({ server, proxy })
    const used: number[] = []
    for (const _round of range(0, ROUNDS)) {
      const appends = range(1, APPENDS).map(() =>
        store.append('s', { type: 'Stored', data: DATA, id: uuidv7() }, { expectedVersion: 'any', timeout: TIMEOUT }),
      )
      const { values, errors } = await settled(appends)
      expect(values).toEqual([])
      expect(errors.every((error) => error instanceof ConnectionError || error instanceof TimeoutError)).toBe(true)
      await sleep(100) // what is queued still, is given up now
      used.push(usedMemory())
    }
    // The first two rounds warm up: connections are given up, and buffers grow to their size. What each append would leave behind,
    // the others would have added up.
    const [, second = 0, ...others] = used
    expect(others).toHaveLength(ROUNDS - 1)
    expect(Math.min(...others.slice(-2)) - second).toBeLessThan(((ROUNDS - 2) * APPENDS * 1_000) / 2)

    await comeBack({ server, proxy })
    await eventually(() => store.append('s', { type: 'Last', data: DATA }, { expectedVersion: 'any' }), {
      within: 15_000,
    })
    const { version } = await store.getStream('$all')
    await followed.until(version, 15_000)
    expect(numbersOf(followed.items)).toEqual(range(1, version))
  },
  60_000,
)

/** Bytes that are in use after everything was collected that can be: what a buffer held is given back a collection after the buffer. */
function usedMemory(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
