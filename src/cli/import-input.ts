import { open } from 'node:fs/promises'
import { addAbortSignal, pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ImportRefusedError } from '../operations/import/import-refused.ts'
import { UsageError } from './failure.ts'
import type { Source } from './stdio.ts'

/** What an import reads. */
interface ImportInput extends AsyncDisposable {
  readonly name: string
  /** In bytes; 0 where it is not known. */
  readonly size: number
  /** How many of these bytes were taken. */
  readonly taken: number
  /** The content, decompressed if it is compressed. */
  readonly pieces: AsyncIterable<Buffer>
}

/** Bytes that are read at once. */
const PIECE = 256 * 1024
/** What gzip begins with. */
const GZIP = Buffer.from([0x1f, 0x8b])

/**
 * Opens a file, or standard input without one (`-`). Rejects with UsageError for a file that cannot be read; iterating rejects with
 * ImportRefusedError for one that is compressed and broken.
 */
export async function openImportInput(
  file: string | undefined,
  stdin: Source,
  signal: AbortSignal,
): Promise<ImportInput> {
  if (file === undefined || file === '-') return countedInput(stdin, 'standard input', 0, signal)
  const handle = await open(file).catch((cause: Error) => {
    throw new UsageError(`${file} cannot be read: ${cause.message}.`, { cause })
  })
  const found = await handle.stat()
  if (found.isDirectory()) {
    await handle.close()
    throw new UsageError(`${file} cannot be read: it is a folder.`)
  }
  return countedInput(handle.createReadStream({ highWaterMark: PIECE }), file, found.isFile() ? found.size : 0, signal)
}

function countedInput(source: Readable, name: string, size: number, signal: AbortSignal): ImportInput {
  let taken = 0
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of addAbortSignal(signal, source)) {
      const bytes: Buffer = typeof piece === 'string' ? Buffer.from(piece) : piece
      taken += bytes.length
      yield bytes
    }
  }
  return {
    name,
    size,
    get taken() {
      return taken
    },
    pieces: decompressed(counted(), name),
    async [Symbol.asyncDispose]() {
      source.destroy()
    },
  }
}

async function* decompressed(pieces: AsyncGenerator<Buffer>, name: string): AsyncGenerator<Buffer> {
  const first: Buffer[] = []
  for (let length = 0; length < GZIP.length; ) {
    const { done, value } = await pieces.next()
    if (done) break
    first.push(value)
    length += value.length
  }
  const start = Buffer.concat(first)
  if (!start.subarray(0, GZIP.length).equals(GZIP)) {
    yield start
    yield* pieces
    return
  }
  // The error is that of reading from it.
  const content = pipeline(Readable.from(chain(start, pieces)), createGunzip({ chunkSize: PIECE }), () => {})
  try {
    for await (const piece of content) yield piece
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (!code.startsWith('Z_')) throw error
    throw new ImportRefusedError(
      `it is cut off or damaged, and cannot be decompressed: ${message}. What was imported of the lines before stays; import the ` +
        `whole ${name} to go on from there.`,
      { cause: error },
    )
  }
}

async function* chain(start: Buffer, pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield start
  yield* pieces
}
