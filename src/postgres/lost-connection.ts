import { ConnectionError } from '../errors.ts'

/** The connection was lost while a statement ran on it: whether that statement did its work, nobody knows. */
export class LostConnectionError extends ConnectionError {
  constructor({ message, cause }: ConnectionError) {
    super(message, { cause })
  }

  override get name(): string {
    return 'ConnectionError'
  }
}
