/** Milliseconds on a clock that all processes of the machine share: what the system counts since it started. */
export function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
