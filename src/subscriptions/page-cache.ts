/** What is cached: a page is full when no later append can change it. */
export interface Cacheable {
  readonly full: boolean
}

/** Full pages that are kept, and for how many milliseconds: long enough for followers who are about equally far. */
const MOST_PAGES = 16
const KEEP = 1_000

/**
 * Lets those who read the same page share one read.
 *
 * A page that is being read is shared by who asks in the same turn of the event loop: what he knows to be stored was stored
 * before the statement was sent. Who asks later may have been woken by something newer, so he takes it only if it is full.
 */
export class PageCache<Page extends Cacheable> {
  readonly #full = new Map<string, { readonly page: Page; readonly readAt: number }>()
  readonly #reading = new Map<string, { readonly page: Promise<Page>; fresh: boolean }>()

  async read(key: string, fetch: () => Promise<Page>): Promise<Page> {
    const kept = this.#full.get(key)
    if (kept && performance.now() - kept.readAt < KEEP) return kept.page
    const reading = this.#reading.get(key)
    if (reading) {
      const { fresh } = reading
      const page = await reading.page
      if (fresh || page.full) return page
      return this.read(key, fetch) // who asked late shares the next read
    }
    return this.#fetch(key, fetch)
  }

  async #fetch(key: string, fetch: () => Promise<Page>): Promise<Page> {
    const reading = { page: fetch(), fresh: true }
    this.#reading.set(key, reading)
    setImmediate(() => {
      reading.fresh = false
    })
    try {
      const page = await reading.page
      if (page.full) this.#keep(key, page)
      return page
    } finally {
      if (this.#reading.get(key) === reading) this.#reading.delete(key)
    }
  }

  #keep(key: string, page: Page): void {
    this.#full.delete(key)
    this.#full.set(key, { page, readAt: performance.now() })
    for (const oldest of this.#full.keys()) {
      if (this.#full.size <= MOST_PAGES) return
      this.#full.delete(oldest)
    }
  }
}
