/** What a heap orders: by its number, which must not change while it is in there. */
export interface Ranked {
  readonly number: number
}

/** A binary heap: gives out the item of the smallest number first. */
export class Heap<Item extends Ranked> {
  readonly #items: Item[] = []

  first(): Item | undefined {
    return this.#items[0]
  }

  add(item: Item): void {
    const items = this.#items
    let index = items.length
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = items[parent] as Item
      if (above.number <= item.number) break
      items[index] = above
      index = parent
    }
    items[index] = item
  }

  takeFirst(): Item | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (items.length === 0 || last === undefined) return first
    let index = 0
    for (let child = 1; child < items.length; child = 2 * index + 1) {
      const [left, right] = [items[child] as Item, items[child + 1]]
      if (right !== undefined && right.number < left.number) child++
      const smaller = items[child] as Item
      if (smaller.number >= last.number) break
      items[index] = smaller
      index = child
    }
    items[index] = last
    return first
  }
}
