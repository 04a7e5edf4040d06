import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Diagnostic, EventStore } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { range } from '../support/new-events.ts'
import { type OwnServer, startOwnServer } from '../support/own-server.ts'
import {
  type Answered,
  appendOnce,
  checkAnswers,
  errorsOf,
  isStored,
  isUnknown,
} from '../support/own-server-appends.ts'
import { random } from '../support/random.ts'
import { numbersOf, receive } from '../support/received.ts'
import { withClient } from '../support/run-sql.ts'

const SEED = Number(process.env.TORTURE_SEED ?? Date.now() % 100_000)
const CRASHES = Number(process.env.TORTURE_CRASHES ?? 2)
const WRITERS = 6
/** So many that they are copied. */
const BATCH = 400
const pick = random(SEED)

/** What crashes the server. */
const crashes: readonly (readonly [what: string, crash: (server: OwnServer) => Promise<void>])[] = [
  [
    'its main process is killed',
    async (server) => {
      await server.stop('kill')
      await server.start()
    },
  ],
  [
    'the process that appends is killed, and the server restarts by itself',
    (server) =>
      withClient(server.url, async (client) => {
        const crashed = new Promise((resolve) => client.on('error', () => {}).once('end', resolve))
        const pid = await eventually(async () => {
          const { rows } = await client.query<{ pid: number }>(
            `SELECT pid FROM pg_stat_activity
             WHERE application_name = 'eventstore' AND state <> 'idle' AND (query LIKE '%append%' OR query LIKE '%COPY%')`,
          )
          return rows[pick(rows.length)]?.pid ?? expect.fail('nobody appends')
        })
        process.kill(pid, 'SIGKILL')
        await crashed
        await server.answers()
      }),
  ],
]

test.each(crashes)('a server that crashes in the midst of appends leaves only true answers: %s', async (_, crash) => {
  console.log(`Crashes with seed ${SEED}`)
  await using server = await startOwnServer()
  const diagnostics: Diagnostic[] = []
  const onDiagnostic = (diagnostic: Diagnostic) => diagnostics.push(diagnostic)
  await using store = new EventStore({ connectionString: server.url, onDiagnostic })
  await using other = new EventStore({ connectionString: server.url, onDiagnostic })
  await using followed = receive(store.follow('$all', { after: 'start' }))
  const stopping = new AbortController()
  const appends: Answered[] = []
  const writing = range(1, WRITERS).map((n) => write(n % 2 ? store : other, n, appends, stopping.signal))

  try {
    for (const _crash of range(1, CRASHES)) {
      const seen = appends.filter(isStored).length
      await eventually(() => expect(appends.filter(isStored).length).toBeGreaterThan(seen + WRITERS * 5), {
        within: 20_000,
        every: 1 + pick(7),
      })
      await crash(server)
    }
    const recovered = appends.filter(isStored).length
    await eventually(() => expect(appends.filter(isStored).length).toBeGreaterThan(recovered + WRITERS), {
      within: 20_000,
    })
  } finally {
    stopping.abort() // also when something was not as expected: nobody must write for ever
  }
  await Promise.all(writing)

  expect(errorsOf(appends.filter((each) => !isUnknown(each)))).toEqual([])
  await checkAnswers(server.url, other, appends)
  const total = appends.reduce((sum, { events }) => sum + events.length, 0)
  await followed.until(total, 15_000)
  expect(numbersOf(followed.items)).toEqual(range(1, total))
  expect(diagnostics.some(({ type }) => type === 'connection-lost')).toBe(true)
})

/** Appends single events and batches, some with a patience that ends while the server is away. */
async function write(store: EventStore, n: number, appends: Answered[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const count = pick(3) === 0 ? BATCH : 1
    const append = await appendOnce(store, `stream-${n % 4}`, count, { timeout: pick(2) === 0 ? 150 : 15_000 })
    appends.push(append)
    if (isUnknown(append)) await sleep(20) // the server is away
  }
}
