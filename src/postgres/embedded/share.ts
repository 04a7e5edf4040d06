import { setTimeout } from 'node:timers/promises'
import type { Client } from 'pg'
import { identifyProcess, stopPostmaster } from './postmaster.ts'
import { type Address, connectionStringOf, endSession, giveUpShare, openSession, takeShare } from './session.ts'

const REGAIN_EVERY = 250

/**
 * A share in a running server: a session that holds a shared advisory lock. When the session is lost and the server is not, the
 * share is taken again, for without it another process might believe to be the last one, and stop the server.
 *
 *   holding ⇄ regaining → gone (the server is down)
 *      └───────┴──────────┴→ closed
 */
export class Share {
  readonly #address: Address
  readonly #pid: number
  readonly #closing = new AbortController()
  /** The session that holds the share; undefined when it is gone. */
  #session: Promise<Client | undefined>
  #closed: Promise<void> | undefined

  /** `session` holds a share already. */
  constructor(session: Client, address: Address, pid: number) {
    this.#address = address
    this.#pid = pid
    this.#session = Promise.resolve(this.#watch(session))
  }

  get connectionString(): string {
    return connectionStringOf(this.#address)
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    // A session may turn out to be lost only now: then a new one finds out whether the server is there, and who else.
    for (const session of [await this.#session, undefined]) {
      if (await this.#leave(session ?? (await openSession(this.#address).catch(() => undefined)))) return
    }
  }

  /** Resolves to false when the session was lost on the way. */
  async #leave(session: Client | undefined): Promise<boolean> {
    if (!session) return false
    try {
      const last = await giveUpShare(session).catch(() => undefined)
      if (last) await stopPostmaster(this.#address.data)
      return last !== undefined
    } finally {
      await endSession(session)
    }
  }

  #watch(session: Client): Client {
    session.once('end', () => {
      if (!this.#closing.signal.aborted) this.#session = this.#regain()
    })
    return session
  }

  async #regain(): Promise<Client | undefined> {
    const { signal } = this.#closing
    while (!signal.aborted && (await identifyProcess(this.#pid, this.#address.data)) !== 'other') {
      const session = await openShare(this.#address).catch(() => undefined)
      if (session) return this.#watch(session)
      await setTimeout(REGAIN_EVERY, undefined, { ref: false, signal }).catch(() => {})
    }
    return undefined
  }
}

/** A session that holds a share; undefined when the server is about to be stopped. */
export async function openShare(address: Address): Promise<Client | undefined> {
  const session = await openSession(address)
  try {
    if (await takeShare(session)) return session
  } catch (error) {
    await endSession(session)
    throw error
  }
  await endSession(session)
  return undefined
}
