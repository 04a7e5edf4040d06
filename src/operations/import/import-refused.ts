import { EventStoreError } from '../../errors.ts'

/** What is to be imported is broken, or does not fit what the store holds. */
export class ImportRefusedError extends EventStoreError {
  readonly code = 'IMPORT_REFUSED'
  /** Which of the records that were given together is refused, from 0 on, if it is one. */
  readonly index: number | undefined

  constructor(message: string, { index, cause }: { readonly index?: number; readonly cause?: unknown } = {}) {
    super(message, { cause })
    this.index = index
  }
}
