import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Sample, SampleHistory } from '../../../src/admin/api.ts'
import type { Message } from '../../../src/admin/event-stream.ts'
import { historyOf, SampleRing, Sampler } from '../../../src/admin/sampler.ts'
import { ConnectionError } from '../../../src/errors.ts'
import { eventually } from '../../support/eventually.ts'

const sample = (head: number): Sample => ({ time: new Date(head).toISOString(), head, subscriptions: [] })
const heads = (samples: readonly Sample[]) => samples.map(({ head }) => head)

describe('the ring of samples', () => {
  test('keeps the last ones, and gives those after a number', () => {
    const ring = new SampleRing(3)
    expect([ring.last, ring.after(0)]).toEqual([0, []])
    for (const head of [1, 2, 3, 4, 5]) ring.push(sample(head))
    expect(ring.last).toBe(5)
    expect(heads(ring.after(0))).toEqual([3, 4, 5])
    expect(heads(ring.after(2))).toEqual([3, 4, 5])
    expect(heads(ring.after(4))).toEqual([5])
    expect(heads(ring.after(5))).toEqual([])
    expect(heads(ring.after(9))).toEqual([])
  })
})

describe('the sampler', () => {
  let closing: AbortController
  let taken: number
  let failure: Error | undefined
  const failures: unknown[] = []
  beforeEach(() => {
    closing = new AbortController()
    taken = 0
    failure = undefined
    failures.length = 0
  })
  afterEach(() => closing.abort())

  const open = (linger: number) =>
    new Sampler({
      take: async () => {
        if (failure) throw failure
        return sample(++taken)
      },
      closing: closing.signal,
      onFailure: (error) => failures.push(error),
      every: 5,
      linger,
      pingAfter: 20,
    })

  test('takes nothing while nobody looks, and stops some time after the last one has left', async () => {
    const sampler = open(30)
    await sleep(30)
    expect(taken).toBe(0)
    const left = new AbortController()
    const heard = collect(sampler.watch(left.signal))
    await eventually(() => expect(heard.filter(isSample).length).toBeGreaterThan(2))
    left.abort()
    await eventually(async () => {
      const before = taken
      await sleep(60)
      expect(taken).toBe(before)
    })
    const again = collect(sampler.watch(closing.signal))
    await eventually(() => expect(again.filter(isSample).length).toBeGreaterThan(0))
    expect(headsOf(again[0])).toContain(1)
  })

  test('gives the history, then each sample once, in order, to everybody who looks', async () => {
    const sampler = open(1_000)
    const first = collect(sampler.watch(closing.signal))
    await eventually(() => expect(first.filter(isSample).length).toBeGreaterThan(3))
    const second = collect(sampler.watch(closing.signal))
    await eventually(() => expect(second.filter(isSample).length).toBeGreaterThan(3))
    closing.abort()
    expect(first[0]).toEqual({ event: 'history', data: historyOf([]) })
    for (const heard of [first, second]) {
      const [history, ...others] = heard
      const all = [...headsOf(history), ...heads(others.filter(isSample).map(({ data }) => data as Sample))]
      expect(all).toEqual(all.map((_, index) => index + 1))
    }
  })

  test('gives whoever comes back the history that he has missed, and the newest sample as a whole', async () => {
    const sampler = open(1_000)
    const first = collect(sampler.watch(closing.signal))
    await eventually(() => expect(first.filter(isSample).length).toBeGreaterThan(5))
    const again = collect(sampler.watch(closing.signal, sample(3).time))
    await eventually(() => expect(again.filter(isSample).length).toBeGreaterThan(1))
    closing.abort()
    const missed = headsOf(again[0])
    expect(missed[0]).toBe(4)
    expect(again.find(isSample)?.data).toEqual(sample((missed.at(-1) ?? 0) + 1))
  })

  test('has a history that names each subscription once, with a lag for each time', () => {
    const of = (name: string, lag: number) => ({ stream: 's', name, checkpoint: 0, lag })
    const samples = [
      { ...sample(1), subscriptions: [of('a', 5)] },
      { ...sample(2), subscriptions: [of('b', 7), of('a', 4)] },
      { ...sample(3), subscriptions: [of('b', -1)] },
    ]
    expect(historyOf(samples)).toEqual({
      times: samples.map(({ time }) => time),
      heads: [1, 2, 3],
      subscriptions: [
        { stream: 's', name: 'a', lags: [5, 4, null] },
        { stream: 's', name: 'b', lags: [null, 7, -1] },
      ],
    })
  })

  test('says when the database is away and when it is back, and goes on', async () => {
    const sampler = open(1_000)
    failure = new ConnectionError('No connection.')
    const heard = collect(sampler.watch(closing.signal))
    const states = () =>
      heard.flatMap((message) => (message !== 'ping' && message.event === 'state' ? [message.data] : []))
    await eventually(() => expect(states()).toEqual([{ connected: false, message: 'No connection.' }]))
    failure = undefined
    await eventually(() => expect(states().at(-1)).toEqual({ connected: true, message: null }))
    await eventually(() => expect(heard.filter(isSample).length).toBeGreaterThan(0))
    expect(failures).toEqual([])
  })

  test('says that it lives, also while the database is away', async () => {
    const sampler = open(1_000)
    failure = new ConnectionError('No connection.')
    const heard = collect(sampler.watch(closing.signal))
    await eventually(() => expect(heard.filter((message) => message === 'ping').length).toBeGreaterThan(2))
    failure = undefined
    await eventually(() => expect(heard.filter(isSample).length).toBeGreaterThan(0))
  })

  test('reports what it does not expect, and begins anew with the next who looks', async () => {
    const sampler = open(1_000)
    failure = new Error('A mistake.')
    collect(sampler.watch(closing.signal))
    await eventually(() => expect(failures).toEqual([failure]))
    failure = undefined
    const heard = collect(sampler.watch(closing.signal))
    await eventually(() => expect(heard.filter(isSample).length).toBeGreaterThan(0))
  })

  test('ends with the server', async () => {
    const sampler = open(1_000_000)
    const messages = sampler.watch(closing.signal)
    await messages.next()
    closing.abort()
    await eventually(async () => expect((await messages.next()).done).toBe(true))
    const before = taken
    await sleep(30)
    expect(taken).toBe(before)
  })
})

function collect(messages: AsyncIterable<Message>): Message[] {
  const heard: Message[] = []
  void (async () => {
    for await (const message of messages) heard.push(message)
  })()
  return heard
}

function isSample(message: Message): message is Exclude<Message, 'ping'> {
  return message !== 'ping' && message.event === 'sample'
}

/** The heads of a message with a history. */
function headsOf(message: Message | undefined): readonly number[] {
  return message && message !== 'ping' ? (message.data as SampleHistory).heads : []
}
