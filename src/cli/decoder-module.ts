import { resolve } from 'node:path'
import type { ElixirDecoder } from '../operations/import-elixir/elixir-records.ts'
import { describeValue } from '../util/arguments.ts'
import { UsageError } from './failure.ts'

/** Loads a module whose default export decodes data. Throws UsageError for what is none. */
export async function loadDecoder(path: string): Promise<ElixirDecoder> {
  const { createJiti } = await import('jiti')
  let exported: unknown
  try {
    exported = await createJiti(import.meta.url).import(resolve(path), { default: true })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`--decoder ${path} cannot be loaded: ${reason.replace(/\s+/g, ' ').trim()}.`, { cause })
  }
  if (isDecoder(exported)) return exported
  throw new UsageError(
    `--decoder ${path} must export a function (content, { type, part }) => value by default, found ${describeValue(exported)}.`,
  )
}

function isDecoder(value: unknown): value is ElixirDecoder {
  return typeof value === 'function'
}
