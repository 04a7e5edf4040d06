import fc from 'fast-check'
import { beforeEach, describe, expect, test, vi } from 'vitest'

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const NOW = Date.UTC(2025, 0, 1)

/** A module without memory of the ids it made before. */
async function load(): Promise<typeof import('../../../src/util/uuid.ts')> {
  return import('../../../src/util/uuid.ts')
}

beforeEach(() => vi.resetModules())

describe('uuidv7', () => {
  test('makes UUIDs of version 7 that begin with the time', async () => {
    const { uuidv7 } = await load()
    const before = Date.now()
    const id = uuidv7()
    expect(id).toMatch(VERSION_7)
    expect(millisOf(id)).toBeGreaterThanOrEqual(before)
    expect(millisOf(id)).toBeLessThanOrEqual(Date.now())
  })

  test('ascends over many ids of the same moment, and repeats none', async () => {
    const { uuidv7 } = await load()
    const ids = Array.from({ length: 100_000 }, () => uuidv7(NOW))
    expect(new Set(ids).size).toBe(ids.length)
    expect(isAscending(ids)).toBe(true)
    expect(ids.every((id) => VERSION_7.test(id))).toBe(true)
  })

  test('borrows from the next millisecond when one has had 4,096 ids', async () => {
    const { uuidv7 } = await load()
    const ids = Array.from({ length: 5_000 }, () => uuidv7(NOW))
    expect(millisOf(ids[0])).toBe(NOW)
    expect(millisOf(ids.at(-1))).toBe(NOW + 1)
  })

  test('ascends when the clock goes backwards', async () => {
    const { uuidv7 } = await load()
    const ids = [uuidv7(NOW), uuidv7(NOW - 60_000), uuidv7(NOW - 1), uuidv7(NOW), uuidv7(NOW + 1)]
    expect(isAscending(ids)).toBe(true)
    expect(ids.map(millisOf)).toEqual([NOW, NOW, NOW, NOW, NOW + 1])
  })

  test('ascends whatever the clock does', async () => {
    const { uuidv7 } = await load()
    const ids: string[] = []
    fc.assert(
      fc.property(fc.array(fc.integer({ min: NOW - 1_000, max: NOW + 1_000 }), { maxLength: 50 }), (moments) => {
        ids.push(...moments.map((moment) => uuidv7(moment)))
        expect(isAscending(ids.slice(-51))).toBe(true)
      }),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('isUuid', () => {
  test.each([
    '0190a0b0-0000-7000-8000-00000000abcd',
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  ])('%s is one, whatever its version and case', async (text) => {
    const { isUuid } = await load()
    expect(isUuid(text)).toBe(true)
  })

  test.each([
    '',
    'abc',
    '0190a0b0000070008000' + '00000000abcd',
    '{0190a0b0-0000-7000-8000-00000000abcd}',
    'urn:uuid:0190a0b0-0000-7000-8000-00000000abcd',
    '0190a0b0-0000-7000-8000-00000000abcg',
    '0190a0b0-0000-7000-8000-00000000abcd\n',
    ' 0190a0b0-0000-7000-8000-00000000abcd',
    "0190a0b0-0000-7000-8000-00000000abc'",
  ])('%j is none', async (text) => {
    const { isUuid } = await load()
    expect(isUuid(text)).toBe(false)
  })

  test('every generated UUID is one', async () => {
    const { isUuid, uuidv7 } = await load()
    fc.assert(fc.property(fc.uuid(), (id) => isUuid(id) && isUuid(id.toUpperCase())))
    expect(isUuid(uuidv7())).toBe(true)
  })
})

function millisOf(id = ''): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
}

function isAscending(ids: readonly string[]): boolean {
  return ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ''))
}
