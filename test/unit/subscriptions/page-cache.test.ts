import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PageCache } from '../../../src/subscriptions/page-cache.ts'

interface Page {
  readonly full: boolean
  readonly read: number
}

/** Counts reads, which end when told to. */
function source(full: boolean) {
  const pending: ((error?: Error) => void)[] = []
  return {
    get reads() {
      return pending.length
    },
    fetch: () =>
      new Promise<Page>((resolve, reject) => {
        const read = pending.length + 1
        pending.push((error) => (error ? reject(error) : resolve({ full, read })))
      }),
    end: (read: number, error?: Error) => pending[read - 1]?.(error),
  }
}

const nextTurn = () => new Promise(setImmediate)
const microtasks = async () => {
  for (let n = 0; n < 10; n++) await Promise.resolve()
}

describe('the cache of pages', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  test('lets those who ask in one turn share a read', async () => {
    const cache = new PageCache<Page>()
    const { fetch, end, ...pages } = { ...source(false) }
    const asked = [1, 2, 3].map(() => cache.read('a', fetch))
    end(1)
    expect(await Promise.all(asked)).toEqual([1, 2, 3].map(() => ({ full: false, read: 1 })))
    expect(pages).toBeDefined()
  })

  test('lets who asks later read again, unless the page turns out to be full', async () => {
    for (const full of [false, true]) {
      const cache = new PageCache<Page>()
      const pages = source(full)
      const first = cache.read('a', pages.fetch)
      await nextTurn()
      const later = [1, 2, 3].map(() => cache.read('a', pages.fetch))
      pages.end(1)
      await first
      await microtasks()
      pages.end(2)
      const read = full ? 1 : 2
      expect(await Promise.all(later)).toEqual([1, 2, 3].map(() => ({ full, read })))
      expect(pages.reads).toBe(read) // those who asked later share theirs
    }
  })

  test('keeps full pages for a second, and no other ones', async () => {
    const cache = new PageCache<Page>()
    const [full, last] = [source(true), source(false)]
    const reading = [cache.read('full', full.fetch), cache.read('last', last.fetch)]
    full.end(1)
    last.end(1)
    await Promise.all(reading)
    await nextTurn()
    vi.advanceTimersByTime(999)
    expect(await cache.read('full', full.fetch)).toEqual({ full: true, read: 1 })
    const again = cache.read('last', last.fetch)
    last.end(2)
    expect(await again).toEqual({ full: false, read: 2 })
    vi.advanceTimersByTime(1)
    const late = cache.read('full', full.fetch)
    full.end(2)
    expect(await late).toEqual({ full: true, read: 2 })
  })

  test('keeps 16 pages at most, the latest', async () => {
    const cache = new PageCache<Page>()
    const pages = source(true)
    for (let n = 1; n <= 17; n++) {
      const reading = cache.read(`${n}`, pages.fetch)
      pages.end(n)
      await reading
    }
    expect(await cache.read('2', pages.fetch)).toEqual({ full: true, read: 2 })
    const dropped = cache.read('1', pages.fetch)
    pages.end(18)
    expect(await dropped).toEqual({ full: true, read: 18 })
  })

  test('tells everybody who shares a read that it failed, and keeps nothing of it', async () => {
    const cache = new PageCache<Page>()
    const pages = source(true)
    const mistake = new Error('the database is away')
    const asked = [1, 2].map(() => cache.read('a', pages.fetch).catch((error: unknown) => error))
    pages.end(1, mistake)
    expect(await Promise.all(asked)).toEqual([mistake, mistake])
    const again = cache.read('a', pages.fetch)
    pages.end(2)
    expect(await again).toEqual({ full: true, read: 2 })
  })
})
