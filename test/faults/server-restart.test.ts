import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConnectionError, type Diagnostic, EventStore, TimeoutError } from '../../src/index.ts'
import { type FaultProxy, startProxy } from '../../torture/proxy.ts'
import { type RestartMode, startServer, type TortureServer } from '../../torture/server.ts'
import { eventually } from '../support/eventually.ts'
import { newEvent, range } from '../support/new-events.ts'
import { startOwnServer } from '../support/own-server.ts'
import { numbersOf, receive } from '../support/received.ts'
import { rejection } from '../support/settled.ts'

let server: TortureServer
/** The server's port changes when it restarts, the proxy's does not. */
let proxy: FaultProxy

beforeAll(async () => {
  server = await startServer()
  proxy = await startProxy(() => server.url)
})

afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const ROUNDS = 60

describe.each<RestartMode>(['fast', 'immediate', 'kill'])('a restart of the server (%s)', (mode) => {
  test('in the middle of deliveries: subscriptions and followers go on by themselves, and nothing is lost', async () => {
    const diagnostics: Diagnostic[] = []
    const stream = `restart-${mode}`
    await using store = new EventStore({
      connectionString: proxy.url,
      onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    })
    const subscription = store.subscribe(stream, 's')
    const handled: number[] = []
    const running = subscription.run(({ eventNumber }) => void handled.push(eventNumber))
    await using followed = receive(store.follow(stream, { after: 'start' }))

    const appending = appendOneByOne(store, stream)
    await eventually(() => expect(handled.length).toBeGreaterThan(ROUNDS / 3), { within: 15_000 })
    await server.restart?.(mode)
    await appending

    await subscription.reached(ROUNDS)
    await followed.until(ROUNDS)
    expect(numbersOf(followed.items)).toEqual(range(1, ROUNDS))
    // At least once: what was not in the checkpoint yet comes again, and then everything after it, in order.
    expect(handled.filter((number, index) => number > Math.max(0, ...handled.slice(0, index)))).toEqual(
      range(1, ROUNDS),
    )
    const lost = diagnostics.flatMap((each) => (each.type === 'connection-lost' ? [each.connection] : []))
    expect(lost).toEqual(expect.arrayContaining(['locks', 'notifications']))
    await subscription.close()
    await running
  })
})

describe('a server that is told to stop once its sessions have left (smart)', () => {
  test('lets nobody in, serves the store as long as it stays, and is there again for it after it has stopped', async () => {
    await using own = await startOwnServer()
    await using store = new EventStore({ connectionString: own.url, onDiagnostic: () => {} })
    await using followed = receive(store.follow('s', { after: 'start' }))
    const subscription = store.subscribe('s', 's')
    const running = subscription.run(() => {})
    await subscription.acquired()
    await store.append('s', newEvent(), { expectedVersion: 0 })
    await followed.until(1)

    own.signal('smart')
    await using late = new EventStore({ connectionString: own.url })
    await eventually(async () => {
      expect(await rejection(late.append('late', newEvent(), { expectedVersion: 'any' }))).toMatchObject({
        code: 'CONNECTION',
        message: expect.stringMatching(/shutting down/),
      })
    })
    await store.append('s', newEvent(), { expectedVersion: 1 })
    await subscription.reached(2)
    await followed.until(2)
    expect(own.stopped).toBe(false)

    await own.stop('fast')
    await own.start()
    await eventually(() => store.append('s', newEvent(), { expectedVersion: 2 }), { within: 15_000 })
    await subscription.reached(3)
    await followed.until(3)
    await subscription.close()
    await running

    own.signal('smart')
    await store.close()
    await late.close()
    await eventually(() => expect(own.stopped).toBe(true))
  })
})

/** Repeats what fails, with the same id, so that each event is stored once. */
async function appendOneByOne(store: EventStore, stream: string): Promise<void> {
  for (const n of range(1, ROUNDS)) {
    const event = { ...newEvent(n), id: crypto.randomUUID() }
    await eventually(
      async () => {
        try {
          await store.append(stream, event, { expectedVersion: n - 1 })
        } catch (error) {
          expect(error).toSatisfy((cause) => cause instanceof ConnectionError || cause instanceof TimeoutError)
          throw error
        }
      },
      { within: 15_000 },
    )
  }
}
