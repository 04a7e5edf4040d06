/** As much of PostgreSQL's protocol as a pooler has to understand. */
const SSL_REQUEST = 80877103
const CANCEL_REQUEST = 80877102

/** Cuts a stream of bytes into messages, each with its header. The first ones of a client have no type. */
export class Messages {
  #rest: Buffer = Buffer.alloc(0)
  #typed: boolean

  constructor({ typed = true } = {}) {
    this.#typed = typed
  }

  /** From now on messages have a type. */
  started(): void {
    this.#typed = true
  }

  *of(chunk: Buffer): Generator<Buffer> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const type = this.#typed ? 1 : 0
      if (this.#rest.length < type + 4) return
      const length = type + this.#rest.readInt32BE(type)
      if (this.#rest.length < length) return
      const message = this.#rest.subarray(0, length)
      this.#rest = this.#rest.subarray(length)
      yield message
    }
  }
}

export function typeOf(message: Buffer): string {
  return String.fromCharCode(message[0] ?? 0)
}

export type FirstMessage =
  | { readonly kind: 'ssl' }
  | { readonly kind: 'cancel'; readonly processId: number }
  | { readonly kind: 'startup' }

export function readFirstMessage(message: Buffer): FirstMessage {
  const code = message.readInt32BE(4)
  if (code === SSL_REQUEST) return { kind: 'ssl' }
  if (code === CANCEL_REQUEST) return { kind: 'cancel', processId: message.readInt32BE(8) }
  return { kind: 'startup' }
}

/** The name that a Parse gives to its statement; '' for one without. */
export function statementName(parse: Buffer): string {
  return parse.toString('utf8', 5, parse.indexOf(0, 5))
}

/** The SQLSTATE of an ErrorResponse. */
export function sqlStateIn(error: Buffer): string {
  const fields = error.toString('utf8', 5).split('\0')
  return fields.find((field) => field.startsWith('C'))?.slice(1) ?? ''
}

/** AuthenticationOk, BackendKeyData, ReadyForQuery. */
export function welcome(processId: number): Buffer {
  const key = Buffer.alloc(13)
  key.write('K')
  key.writeInt32BE(12, 1)
  key.writeInt32BE(processId, 5)
  return Buffer.concat([Buffer.from('R\0\0\0\x08\0\0\0\0', 'latin1'), key, Buffer.from('Z\0\0\0\x05I', 'latin1')])
}

export function errorResponse(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const header = Buffer.from('E\0\0\0\0', 'latin1')
  header.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([header, fields])
}
