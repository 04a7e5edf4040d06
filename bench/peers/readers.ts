import { STREAM_LENGTH } from './stored.ts'

const READERS = 50

/** Coprime to the number of streams: so reads go here and there, and come to every one of them. */
const STRIDE = 7_919

/** Readers side by side read whole streams, given by their number. Resolves to events a second. */
export async function readBy(read: (n: number) => Promise<number>, streams: number, reads: number): Promise<number> {
  const began = performance.now()
  let begun = 0
  async function reader(): Promise<void> {
    while (begun < reads) {
      const found = await read((begun++ * STRIDE) % streams)
      if (found !== STREAM_LENGTH) throw new Error(`a stream of ${STREAM_LENGTH} events was read as ${found}`)
    }
  }
  await Promise.all(Array.from({ length: READERS }, reader))
  return (reads * STREAM_LENGTH) / ((performance.now() - began) / 1_000)
}
