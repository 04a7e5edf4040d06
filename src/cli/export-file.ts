import { once } from 'node:events'
import { type FileHandle, link, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { createGzip } from 'node:zlib'
import { UsageError } from './failure.ts'

/** A tenth larger than the usual, in a third of the time. */
const LEVEL = 3

/** Where an export goes. Disposed before it is finished, it leaves nothing behind. */
export interface ExportFile extends AsyncDisposable {
  /** Resolves when there is room for more. */
  write(piece: Uint8Array): Promise<void>
  /** Makes it whole, on the disk and under its name. */
  finish(): Promise<void>
}

/**
 * A file that appears under its name when it is complete, and not before: until then it has another one beside it. Compressed if its
 * name ends in `.gz`. Rejects with UsageError when it is there already, unless it may be replaced.
 */
export async function createExportFile(name: string, { force }: { readonly force: boolean }): Promise<ExportFile> {
  const path = await pathOf(name, force)
  const partial = `${path}.${process.pid}.partial`
  const file = await open(partial, 'wx').catch((cause: Error) => {
    throw new UsageError(`${name} cannot be written: ${cause.message}.`, { cause })
  })
  const content = name.endsWith('.gz') ? compressed(file) : plain(file)
  let finished = false
  return {
    write: (piece) => content.write(piece),
    async finish() {
      await content.end()
      await file.sync()
      await file.close()
      await (force ? rename(partial, path) : appear(partial, path, name))
      finished = true
    },
    async [Symbol.asyncDispose]() {
      if (finished) return
      await content.abandon()
      await file.close().catch(() => {})
      await rm(partial, { force: true })
    },
  }
}

/** The path to write to; of a link that of what it leads to. */
async function pathOf(name: string, force: boolean): Promise<string> {
  const found = await stat(name).catch(() => undefined)
  if (!found) return name
  if (!found.isFile()) {
    throw new UsageError(`${name} is no file that can be replaced: write to standard output instead, with > or a pipe.`)
  }
  if (!force) throw new UsageError(`${name} is there already: nothing was written. Replace it with --force.`)
  return realpath(name)
}

/** Gives a file its name unless there is one by now. */
async function appear(partial: string, path: string, name: string): Promise<void> {
  try {
    await link(partial, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new UsageError(`${name} was created by somebody else meanwhile: replace it with --force.`)
    }
    await rename(partial, path) // a file system without such links
    return
  }
  await rm(partial)
}

interface Content {
  write(piece: Uint8Array): Promise<void>
  end(): Promise<void>
  abandon(): Promise<void>
}

function plain(file: FileHandle): Content {
  return { write: (piece) => writeAll(file, piece), end: async () => {}, abandon: async () => {} }
}

function compressed(file: FileHandle): Content {
  const gzip = createGzip({ level: LEVEL })
  const written = (async () => {
    for await (const piece of gzip) await writeAll(file, piece)
  })()
  written.catch(() => {}) // whoever writes or ends hears of it
  return {
    async write(piece) {
      if (gzip.write(piece)) return
      await Promise.race([once(gzip, 'drain'), written])
    },
    async end() {
      gzip.end()
      await written
    },
    async abandon() {
      gzip.destroy()
      await written.catch(() => {})
    },
  }
}

async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let written = 0; written < piece.length; ) {
    written += (await file.write(piece, written, piece.length - written)).bytesWritten
  }
}
