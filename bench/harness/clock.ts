/** Milliseconds of the machine's monotonic clock, which is one and the same in all processes. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** How many a second. */
export function rate(count: number, milliseconds: number): number {
  return (count / milliseconds) * 1_000
}
