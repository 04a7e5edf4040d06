import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { type Diagnostic, EventStore } from '../../src/index.ts'
import { createDisk, WITHOUT_DISK } from '../support/disk.ts'
import { eventually } from '../support/eventually.ts'
import { range } from '../support/new-events.ts'
import { startOwnServer } from '../support/own-server.ts'
import {
  type Answered,
  appendOnce,
  checkAnswers,
  errorsOf,
  isStored,
  isUnknown,
} from '../support/own-server-appends.ts'
import { numbersOf, receive } from '../support/received.ts'

const MB = 1024 * 1024
const WRITERS = 4
/** Appends that are refused before there is room again. */
const REFUSED = 40

const disks = [
  ['its tables: what does not fit is refused', { holds: 'data', size: 120 * MB, left: 2 * MB }],
  [
    'its log: the server goes down, and nobody is told that nothing was stored',
    { holds: 'log', size: 16 * MB, left: 2 * MB },
  ],
] as const

afterEach(() => stopping.abort())
let stopping = new AbortController()

test.skipIf(WITHOUT_DISK).each(disks)(
  'a server without room for %s',
  async (_, { holds, size, left }) => {
    const disk = await createDisk(size, holds)
    const settings = { shared_buffers: '16MB', min_wal_size: '2MB', max_wal_size: '1GB', checkpoint_timeout: '1h' }
    await using server = await startOwnServer({ disk, settings })
    const diagnostics: Diagnostic[] = []
    const onDiagnostic = (diagnostic: Diagnostic) => diagnostics.push(diagnostic)
    await using store = new EventStore({ connectionString: server.url, onDiagnostic })
    await using followed = receive(store.follow('$all', { after: 'start' }))
    const appends: Answered[] = []
    stopping = new AbortController()
    await write(store, 1, appends, AbortSignal.timeout(1))
    await disk.fill(left)

    const writing = range(1, WRITERS).map((n) => write(store, n, appends, stopping.signal))
    await eventually(
      () => {
        if (holds === 'log') expect(server.stopped).toBe(true)
        else expect(errorsOf(appends).length).toBeGreaterThan(REFUSED)
      },
      { within: 15_000 },
    )
    await disk.clear()
    if (server.stopped) await server.start()
    const refused = appends.filter(isStored).length
    await eventually(() => expect(appends.filter(isStored).length).toBeGreaterThan(refused + WRITERS), {
      within: 15_000,
    })
    stopping.abort()
    await Promise.all(writing)

    const errors = errorsOf(appends.filter((each) => !isUnknown(each)))
    // A server that cannot write its log reports that the disk is full as well, but the commit may stand in the log.
    if (holds === 'log') expect(errors).toEqual([])
    for (const error of errors) expect(error).toMatchObject({ code: 'DATABASE', sqlState: '53100' })
    await checkAnswers(server.url, store, appends)
    const { version } = await store.getStream('$all')
    await followed.until(version, 15_000)
    expect(numbersOf(followed.items)).toEqual(range(1, version))
  },
  60_000,
)

/** Appends one after the other, single events and batches that are copied. */
async function write(store: EventStore, n: number, appends: Answered[], signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round++) {
    const count = round % 4 === 3 ? 300 : 1
    const append = await appendOnce(store, `stream-${n}`, count, { timeout: 10_000, size: 4_000 / Math.sqrt(count) })
    appends.push(append)
    if (isUnknown(append)) await sleep(50) // the server is away
  }
}
