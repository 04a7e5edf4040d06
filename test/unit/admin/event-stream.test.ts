import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { eventStream, type Message, pause } from '../../../src/admin/event-stream.ts'
import { eventually } from '../../support/eventually.ts'

describe('a stream of server-sent events', () => {
  test('writes events, ids and pings as browsers read them', async () => {
    const { response } = open(async function* () {
      yield { event: 'a', data: { text: 'one\ntwo\r\u2028' } }
      yield { event: 'b', data: [], id: 7 }
      yield 'ping'
    })
    expect(response.headers.get('Content-Type')).toBe('text/event-stream')
    expect(await response.text()).toBe(
      'retry: 1000\n\nevent: a\ndata: {"text":"one\\ntwo\\r\u2028"}\n\nevent: b\nid: 7\ndata: []\n\nevent: ping\ndata: null\n\n',
    )
  })

  test('asks for no more than is read', async () => {
    let made = 0
    const { response } = open(async function* () {
      for (;;) yield { event: 'n', data: ++made }
    })
    await sleep(20)
    expect(made).toBe(0)
    const reader = bodyOf(response).getReader()
    for (let count = 0; count < 4; count++) await reader.read()
    await sleep(20)
    expect(made).toBeLessThanOrEqual(3)
    await reader.cancel()
  })

  test.each(['who listens leaves', 'the server stops'])('tells where the events come from when %s', async (how) => {
    let over = false
    const { response, closing } = open(async function* (signal) {
      try {
        while (!signal.aborted) {
          yield { event: 'n', data: 1 }
          await pause(60_000, signal)
        }
      } finally {
        over = signal.aborted
      }
    })
    const reader = bodyOf(response).getReader()
    await reader.read()
    await reader.read()
    const waiting = reader.read()
    if (how === 'the server stops') closing.abort()
    else await reader.cancel()
    await eventually(() => expect(over).toBe(true))
    expect((await waiting).done).toBe(true)
  })

  test('ends, and reports, when they fail', async () => {
    const { response, failures } = open(async function* () {
      yield { event: 'n', data: 1 }
      throw new Error('A mistake.')
    })
    expect(await response.text()).toContain('data: 1')
    expect(failures).toEqual([new Error('A mistake.')])
  })
})

function open(messages: (signal: AbortSignal) => AsyncIterable<Message>) {
  const closing = new AbortController()
  const failures: unknown[] = []
  const onFailure = (error: unknown) => failures.push(error)
  return { response: eventStream(messages, { signals: [closing.signal], onFailure }), closing, failures }
}

function bodyOf(response: Response): ReadableStream<Uint8Array> {
  if (!response.body) throw new Error('Expected a body')
  return response.body
}
