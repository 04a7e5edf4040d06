/**
 * Iterates one by one what comes in batches, like an async generator but without its waits: what is there comes at once.
 * `check` throws when iterating must end; it is asked before each item.
 */
export function eachOfBatches<Item>(batches: AsyncIterator<readonly Item[]>, check: () => void): AsyncIterator<Item> {
  let batch: readonly Item[] = []
  let index = 0
  let done = false
  /** What is under way; a call meanwhile waits for it. */
  let fetching: Promise<unknown> | undefined

  function take(): IteratorResult<Item> {
    if (index < batch.length) return { done: false, value: batch[index++] as Item }
    return { done: true, value: undefined }
  }

  function end(): void {
    done = true
    batch = []
  }

  async function fetch(): Promise<IteratorResult<Item>> {
    try {
      while (index >= batch.length && !done) {
        const next = await batches.next()
        index = 0
        if (next.done) end()
        else batch = next.value
      }
      if (!done) check()
      return take()
    } catch (error) {
      end()
      throw error
    }
  }

  function fetchAfter(previous: Promise<unknown> | undefined): Promise<IteratorResult<Item>> {
    const mine = previous ? previous.then(fetch, fetch) : fetch()
    fetching = mine
    const settled = () => {
      if (fetching === mine) fetching = undefined
    }
    mine.then(settled, settled)
    return mine
  }

  return {
    next() {
      if (fetching || index >= batch.length) return fetchAfter(fetching)
      try {
        check()
      } catch (error) {
        end()
        return Promise.reject(error)
      }
      return Promise.resolve(take())
    },
    async return() {
      end()
      await batches.return?.()
      return { done: true, value: undefined }
    },
  }
}
