/**
 * What is costly to find out, found out once for all who ask at the same time, and kept for some milliseconds. A failure is not kept.
 */
export function remembered<Value>(find: () => Promise<Value>, milliseconds: number): () => Promise<Value> {
  let kept: { readonly value: Promise<Value>; until: number } | undefined
  return () => {
    if (kept && performance.now() < kept.until) return kept.value
    const value = find()
    const mine = { value, until: Number.POSITIVE_INFINITY }
    kept = mine
    value.then(
      () => {
        mine.until = performance.now() + milliseconds
      },
      () => {
        if (kept === mine) kept = undefined
      },
    )
    return value
  }
}
