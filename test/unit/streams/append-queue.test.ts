import { describe, expect, test } from 'vitest'
import { AppendQueue } from '../../../src/streams/append-queue.ts'
import { type AppendOutcome, type AppendRequest, toRequest } from '../../../src/streams/append-request.ts'
import { Deadline } from '../../../src/util/deadline.ts'
import { encodedEvents } from '../../support/encoded-events.ts'
import { eventually } from '../../support/eventually.ts'

/** A store that keeps the groups it is given until it is told to go on. */
class Storage {
  readonly groups: (readonly AppendRequest[])[] = []
  #proceed: (() => void) | undefined

  readonly store = async (requests: readonly AppendRequest[]): Promise<readonly AppendOutcome[]> => {
    this.groups.push(requests)
    await new Promise<void>((resolve) => {
      this.#proceed = resolve
    })
    return requests.map(({ parts }) => ({ results: [{ streamVersion: Number(parts[0]?.stream), position: 0 }] }))
  }

  /** The numbers of the appends in each group. */
  get numbers() {
    return this.groups.map((group) => group.map(({ parts }) => Number(parts[0]?.stream)))
  }

  async proceed(): Promise<void> {
    const { length } = this.groups
    this.#proceed?.()
    await eventually(() => expect(this.groups.length).toBeGreaterThan(length))
  }

  finish(): void {
    this.#proceed?.()
  }
}

const forEver = () => new Deadline(Number.POSITIVE_INFINITY)

describe('the queue of appends', () => {
  test('stores an append without company at once, and what comes meanwhile together', async () => {
    const storage = new Storage()
    const queue = new AppendQueue(storage.store)
    const first = queue.submit(append(1), forEver())
    await eventually(() => expect(storage.numbers).toEqual([[1]]))
    const others = [2, 3, 4].map((number) => queue.submit(append(number), forEver()))
    await storage.proceed()
    storage.finish()
    expect(storage.numbers).toEqual([[1], [2, 3, 4]])
    const outcomes = await Promise.all([first, ...others])
    expect(outcomes.map((outcome) => outcome.error ?? outcome.results[0]?.streamVersion)).toEqual([1, 2, 3, 4])
  })

  test('stores together what is appended in one turn', async () => {
    const storage = new Storage()
    const queue = new AppendQueue(storage.store)
    for (const number of [1, 2, 3]) void queue.submit(append(number), forEver())
    await eventually(() => expect(storage.numbers).toEqual([[1, 2, 3]]))
    storage.finish()
  })

  test('bounds groups in appends, events and bytes, and lets what is too large go alone', async () => {
    const storage = new Storage()
    const queue = new AppendQueue(storage.store)
    void queue.submit(append(0), forEver())
    await eventually(() => expect(storage.groups).toHaveLength(1))
    const sizes = [[1_900], [1_900], [1_900], [9_000], [1, 3_000_000], [1, 3_000_000], [1]]
    for (const [index, [events, bytes]] of sizes.entries())
      void queue.submit(append(index + 1, events, bytes), forEver())
    for (let number = 100; number < 350; number++) void queue.submit(append(number), forEver())
    for (let group = 0; group < 6; group++) await storage.proceed()
    storage.finish()
    const formed = storage.numbers.slice(1).map((group) => (group.length > 5 ? group.length : group))
    expect(formed).toEqual([[1, 2], [3], [4], [5], 200, 52])
  })

  test('keeps a repetition for a later group than what it repeats', async () => {
    const storage = new Storage()
    const queue = new AppendQueue(storage.store)
    for (const number of [1, 2, 3]) void queue.submit(append(number, 1, 10, number === 2 ? ['b'] : ['a']), forEver())
    await eventually(() => expect(storage.numbers).toEqual([[1, 2]]))
    await storage.proceed()
    storage.finish()
    expect(storage.numbers).toEqual([[1, 2], [3]])
  })

  test('leaves out an append whose time was up while it waited', async () => {
    const storage = new Storage()
    const queue = new AppendQueue(storage.store)
    void queue.submit(append(1), forEver())
    await eventually(() => expect(storage.groups).toHaveLength(1))
    const late = queue.submit(append(2), new Deadline(5))
    void queue.submit(append(3), forEver())
    expect((await late).error).toMatchObject({ code: 'TIMEOUT', timeout: 5 })
    await storage.proceed()
    storage.finish()
    expect(storage.numbers).toEqual([[1], [3]])
  })

  test('has no room while much is queued, and then lets in who waits in order', async () => {
    const storage = new Storage()
    const queue = new AppendQueue(storage.store)
    void queue.submit(append(1), forEver())
    await eventually(() => expect(storage.groups).toHaveLength(1))
    expect(queue.room(forEver())).toBeUndefined()
    void queue.submit(append(2, 1, 65 * 1024 * 1024), forEver())
    const room = queue.room(forEver())
    await expect(queue.room(new Deadline(5))).rejects.toMatchObject({ code: 'TIMEOUT' })
    await storage.proceed()
    storage.finish()
    await expect(room).resolves.toBeUndefined()
  })

  test('fails every append of a group that fails, and goes on', async () => {
    let fail = true
    const queue = new AppendQueue(async (requests) => {
      if (fail) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' })
      return requests.map(() => ({ results: [] }))
    })
    const outcomes = await Promise.all([1, 2].map((number) => queue.submit(append(number), forEver())))
    expect(outcomes.map(({ error }) => error?.code)).toEqual(['CONNECTION', 'CONNECTION'])
    fail = false
    expect(await queue.submit(append(3), forEver())).toEqual({ results: [] })
  })
})

/** A request that is recognized by its number; its events are counted, not made. */
function append(number: number, events = 1, bytes = 10, ownIds: readonly string[] = []): AppendRequest {
  const request = toRequest(
    [{ stream: String(number), expectedVersion: 'any', events: encodedEvents() }],
    undefined,
    ownIds,
  )
  return { ...request, events, bytes }
}
