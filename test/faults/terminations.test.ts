import { expect, test } from 'vitest'
import { ConnectionError, type Diagnostic, EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startFakeServer } from '../support/fake-server.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, range } from '../support/new-events.ts'
import { random } from '../support/random.ts'
import { numbersOf, receive } from '../support/received.ts'
import { withClient } from '../support/run-sql.ts'
import { settled } from '../support/settled.ts'

const database = useDatabase()
const TERMINATIONS = 10
const SEED = Number(process.env.TORTURE_SEED ?? Date.now() % 100_000)

test('connections that are terminated one after the other, under load, lose and skip nothing', async () => {
  console.log(`Terminations with seed ${SEED}`)
  const pick = random(SEED)
  await using fresh = await freshStore(database.connectionString)
  const { schema } = fresh
  const url = new URL(database.connectionString)
  const diagnostics: Diagnostic[] = []
  const onDiagnostic = (diagnostic: Diagnostic) => diagnostics.push(diagnostic)
  await using reading = new EventStore({ connectionString: url.href, schema, onDiagnostic })
  await using writing = new EventStore({ connectionString: url.href, schema, onDiagnostic })
  const stopping = new AbortController()

  await using followed = receive(reading.follow('$all', { after: 'start' }))
  const subscription = reading.subscribe('$all', 's', { partitionBy: ({ streamName }) => streamName })
  const handled = new Map<string, number[]>()
  const running = subscription.run(
    ({ streamName, streamVersion }) => {
      handled.set(streamName, [...(handled.get(streamName) ?? []), streamVersion])
    },
    { concurrency: 3 },
  )
  const writers = range(1, 4).map((n) => write(writing, `s-${n}`, stopping.signal))

  await withClient(database.connectionString, async (client) => {
    for (let done = 0; done < TERMINATIONS; ) {
      const seen = followed.items.length
      await followed.until(seen + 20, 15_000)
      const { rows } = await client.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'eventstore%'
           AND application_name <> 'eventstore tests' ORDER BY backend_start, pid`,
      )
      const chosen = rows[pick(rows.length)]
      if (!chosen) continue
      await client.query('SELECT pg_terminate_backend($1)', [chosen.pid])
      done++
    }
  })
  stopping.abort()
  const counts = await Promise.all(writers)
  const total = counts.reduce((sum, count) => sum + count, 0)
  await followed.until(total, 15_000)
  expect(numbersOf(followed.items)).toEqual(range(1, total))
  await eventually(() => expect(subscription.checkpoint).toBe(total), { within: 15_000 })
  await subscription.reached(total)
  for (const [index, count] of counts.entries()) {
    const versions = handled.get(`s-${index + 1}`) ?? []
    const firsts = versions.filter((version, at) => version > Math.max(0, ...versions.slice(0, at)))
    expect(firsts).toEqual(range(1, count))
  }
  expect(diagnostics.some(({ type }) => type === 'connection-lost')).toBe(true)
  await subscription.close()
  await running
})

test('a connection that is terminated the moment it is ready is a ConnectionError, and not the end of the process', async () => {
  await using server = await startFakeServer('end-when-ready')
  await using store = new EventStore({ connectionString: `postgres://user@127.0.0.1:${server.port}/database` })
  const failures = await settled(range(1, 5).map(() => store.getStream('s')))
  expect(failures.errors).toHaveLength(5)
  for (const error of failures.errors) expect(error).toBeInstanceOf(ConnectionError)
})

/** Appends to a stream until it is told to stop; repeats what fails. Resolves to how many it has appended. */
async function write(store: EventStore, stream: string, signal: AbortSignal): Promise<number> {
  let version = 0
  while (!signal.aborted) {
    const event = { ...newEvent(), id: crypto.randomUUID() }
    const expectedVersion = version
    await eventually(() => store.append(stream, event, { expectedVersion }), { within: 15_000 })
    version++
  }
  return version
}
