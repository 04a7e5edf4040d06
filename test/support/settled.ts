/** What became of promises that ran side by side. */
export interface Settled<Value> {
  readonly values: readonly Value[]
  readonly errors: readonly unknown[]
}

export async function settled<Value>(promises: readonly Promise<Value>[]): Promise<Settled<Value>> {
  const results = await Promise.allSettled(promises)
  return {
    values: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    errors: results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
  }
}

/** What a promise rejects with; fails when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`Expected a rejection, found ${JSON.stringify(value)}`)
}
