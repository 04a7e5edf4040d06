import type { ApiFailure } from '../../src/admin/api.ts'
import { cookieName } from '../../src/admin/guard.ts'
import { type AdminServer, type AdminServerOptions, startAdminServer } from '../../src/admin/server.ts'
import type { EventStoreOptions, EventTypes } from '../../src/index.ts'
import { openBoundedOperations } from '../../src/operations/bounded-operations.ts'
import { AdminListener } from './admin-listener.ts'
import { type FreshStore, freshStore } from './fresh-store.ts'

/** A failure as the API tells it. */
export interface Refused {
  readonly status: number
  readonly code: string
  readonly message: string
}

/** An admin server on a store of its own, and somebody who was let in. */
export class OpenAdmin implements AsyncDisposable {
  readonly store: FreshStore
  readonly server: AdminServer
  /** What the server found unexpected. */
  readonly failures: readonly unknown[]
  readonly #close: () => Promise<void>

  constructor(store: FreshStore, server: AdminServer, failures: readonly unknown[], close: () => Promise<void>) {
    this.store = store
    this.server = server
    this.failures = failures
    this.#close = close
  }

  get origin(): string {
    return `http://127.0.0.1:${this.server.port}`
  }

  get cookie(): string {
    return `${cookieName(this.server.port)}=${this.server.token}`
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.origin}${path}`, { redirect: 'manual', headers: { Cookie: this.cookie }, ...init })
  }

  /** The JSON of an answer that must be 200. */
  async json<Body>(path: string, parameters: Readonly<Record<string, string | number>> = {}): Promise<Body> {
    return okBody(await this.get(withParameters(path, parameters)))
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.origin}${path}`, {
      method: 'POST',
      headers: { Cookie: this.cookie, Origin: this.origin, 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  async posted<Body>(path: string, body: unknown): Promise<Body> {
    return okBody(await this.post(path, body))
  }

  listen(
    path: string,
    parameters: Readonly<Record<string, string | number>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): AdminListener {
    return new AdminListener(`${this.origin}${withParameters(path, parameters)}`, { Cookie: this.cookie, ...headers })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }
}

/** Starts an admin server on a store of its own. `through` is the URL by which the server goes to the database. */
export async function openAdmin(
  connectionString: string,
  {
    through = connectionString,
    allowWrites = false,
    ...storeOptions
  }: EventStoreOptions<EventTypes> &
    Partial<Pick<AdminServerOptions, 'allowWrites'>> & { readonly through?: string } = {},
): Promise<OpenAdmin> {
  const store = await freshStore(connectionString, { enableHardDeletes: true, ...storeOptions })
  const operations = openBoundedOperations(through, store.schema)
  const failures: unknown[] = []
  const server = await startAdminServer({
    store,
    operations,
    payload: storeOptions.payload ?? 'json',
    address: 'localhost:5432',
    database: 'shop',
    allowWrites,
    onFailure: (error) => failures.push(error),
  })
  return new OpenAdmin(store, server, failures, async () => {
    await server.close()
    await operations[Symbol.asyncDispose]()
    await store.close()
  })
}

/** What an answer says that refuses. */
export async function refused(answer: Response | Promise<Response>): Promise<Refused> {
  const response = await answer
  const { error } = (await response.json()) as ApiFailure
  return { status: response.status, ...error }
}

async function okBody<Body>(response: Response): Promise<Body> {
  if (!response.ok) throw new Error(`Expected an answer, found ${response.status}: ${await response.text()}`)
  return (await response.json()) as Body
}

function withParameters(path: string, parameters: Readonly<Record<string, string | number>>): string {
  const query = new URLSearchParams(
    Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
  )
  return query.size === 0 ? path : `${path}?${query}`
}
