import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashOf, NO_FILTER, parseHash, type Route, streamHash } from '../../../src/admin/page/router.ts'

const text = fc.string({ unit: 'binary', maxLength: 30 })
const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter((value) => value !== '$all')
const direction = fc.constantFrom('ascending', 'descending' as const)
const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const from = fc.option(number)
const id = fc.uuid()
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.record({
    view: fc.constant('streams' as const),
    search: text,
    sortBy: fc.constantFrom('name', 'version', 'createdAt', 'deletedAt'),
    direction,
    page: number,
  }),
  fc.record({ view: fc.constant('stream' as const), name, from }),
  fc.record({
    view: fc.constant('all' as const),
    from,
    filter: fc.record({ type: text, search: text, correlationId: text, causationId: text }),
  }),
  fc.record({
    view: fc.constant('subscriptions' as const),
    search: text,
    sortBy: fc.constantFrom('stream', 'name', 'checkpoint', 'lag', 'updatedAt'),
    direction,
  }),
  fc.record({ view: fc.constant('subscription' as const), stream: name, name }),
  fc.record({ view: fc.constant('snapshots' as const), search: text, page: number }),
  fc.record({ view: fc.constantFrom('event' as const, 'snapshot' as const), id: fc.oneof(id, name) }),
  fc.constant({ view: 'rates' as const }),
)

describe('an address of the page', () => {
  test('leads back to the route that it was made of, whatever the names are', () => {
    fc.assert(
      fc.property(route, (given) => {
        expect(parseHash(hashOf(given))).toEqual(given)
      }),
    )
  })

  test('is made of characters that no browser changes', () => {
    fc.assert(
      fc.property(route, (given) => {
        expect(hashOf(given)).toMatch(/^#[!-~]*$/)
        expect(new URL(hashOf(given), 'http://localhost').hash).toBe(hashOf(given))
      }),
    )
  })

  test('leaves out what is as usual', () => {
    expect(hashOf(parseHash('#/streams?sortBy=createdAt&direction=descending&page=1'))).toBe('#/streams')
    expect(hashOf({ view: 'all', from: null, filter: NO_FILTER })).toBe('#/all')
  })

  test('without a path leads to the streams', () => {
    for (const hash of ['', '#', '#/']) expect(parseHash(hash)).toMatchObject({ view: 'streams', page: 1 })
  })

  test('with parameters that make no sense is read as if they were not there', () => {
    const usual = parseHash('#/streams')
    expect(parseHash('#/streams?page=-1&sortBy=password&direction=sideways&other=1')).toEqual(usual)
    expect(parseHash('#/streams?page=99999999999999999999')).toEqual(usual)
    expect(parseHash('#/stream/a?from=1e3')).toEqual({ view: 'stream', name: 'a', from: null })
  })

  test('that leads nowhere is no view', () => {
    for (const hash of [
      '#/nothing',
      '#/stream',
      '#/stream/',
      '#/stream/%ff',
      '#/event/a/b',
      '#/constructor',
      '#/__proto__',
    ])
      expect(parseHash(hash)).toEqual({ view: 'not-found', hash })
  })

  test('keeps a name with slashes, question marks and percent signs apart from what stands around it', () => {
    const name = 'a/b?page=2#c%2F&d'
    expect(parseHash(streamHash(name, 3))).toEqual({ view: 'stream', name, from: 3 })
  })

  test('of the stream $all is that of its own view', () => {
    expect(streamHash('$all', 7)).toBe('#/all?from=7')
    expect(parseHash('#/stream/%24all?from=7')).toEqual({ view: 'all', from: 7, filter: NO_FILTER })
  })

  test('holds what somebody searches for, even half a surrogate pair', () => {
    const hash = hashOf({ view: 'snapshots', search: '\ud83d', page: 1 })
    expect(parseHash(hash)).toEqual({ view: 'snapshots', search: '\ufffd', page: 1 })
  })
})
