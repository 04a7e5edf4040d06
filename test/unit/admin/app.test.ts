import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/admin/app.ts'
import { asRequested, BadRequest, describeError } from '../../../src/admin/refusal.ts'
import { Sampler } from '../../../src/admin/sampler.ts'
import { ConnectionError, DatabaseError, EventStore, StreamNotFoundError, TimeoutError } from '../../../src/index.ts'
import type { BoundedOperations } from '../../../src/operations/bounded-operations.ts'

describe('what fails', () => {
  test.each([
    [new ConnectionError('No connection.'), 503, 'CONNECTION'],
    [new TimeoutError(1, 'waiting'), 503, 'TIMEOUT'],
    [new DatabaseError('42501', 'permission denied'), 500, 'DATABASE'],
    [new StreamNotFoundError('s'), 404, 'STREAM_NOT_FOUND'],
    [new BadRequest('No.'), 400, 'BAD_REQUEST'],
    [new TypeError('a mistake of ours'), 500, 'UNEXPECTED'],
  ])('is answered by what it is: %s', async (error, status, code) => {
    expect(describeError(error)).toMatchObject({ status, code })
    const { failures, ask } = openApp(error)
    const answer = await ask('/api/store')
    expect([answer.status, await answer.json()]).toMatchObject([status, { error: { code } }])
    expect(failures).toEqual(code === 'UNEXPECTED' ? [error] : [])
  })

  test('by taking too long is told without advice for programs', () => {
    expect(describeError(new TimeoutError(15_000, 'waiting')).message).toBe(
      'The database did not answer within 15 s: it is busy, or cannot be reached. Try again.',
    )
  })

  test('unexpectedly is told to who runs the server, and of it nothing to who asked', async () => {
    const error = new Error('password=secret')
    const { failures, ask } = openApp(error)
    const text = await (await ask('/api/subscriptions')).text()
    expect(text).not.toMatch(/secret|\.ts|node:/)
    expect(failures).toEqual([error])
  })

  test('is the fault of who asked where his arguments are checked, and nowhere else', async () => {
    const wrong = asRequested(() => Promise.reject(new RangeError('page must be 1')))
    await expect(wrong).rejects.toMatchObject({ status: 400, message: 'page must be 1.' })
    const mistake = new Error('a mistake')
    await expect(asRequested(() => Promise.reject(mistake))).rejects.toBe(mistake)
  })
})

/** The routes on a store whose database answers everything with one error. */
function openApp(error: Error) {
  const failures: unknown[] = []
  const onFailure = (failure: unknown) => failures.push(failure)
  const operations: BoundedOperations = {
    query: () => Promise.reject(error),
    within: () => operations,
    schema: '"eventstore"',
    schemaName: 'eventstore',
    [Symbol.asyncDispose]: async () => {},
  }
  const { signal: closing } = new AbortController()
  const app = createApp({
    store: new EventStore({ connectionString: 'postgres://localhost/none' }),
    operations,
    payload: 'json',
    address: '',
    database: '',
    allowWrites: false,
    sampler: new Sampler({ take: () => Promise.reject(error), closing, onFailure }),
    closing,
    onFailure,
  })
  return { failures, ask: (path: string) => app.request(`http://localhost${path}`) }
}
