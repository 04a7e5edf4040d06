import { startPgBouncer } from '../test/pgbouncer/pgbouncer.ts'
import { startProxy } from './proxy.ts'
import type { TortureServer } from './server.ts'

/** A PgBouncer in transaction mode, before a server whose port changes when it restarts. */
interface TorturePooler extends AsyncDisposable {
  /** The server's, by way of the pooler. */
  readonly url: string
}

export async function startPooler(server: TortureServer): Promise<TorturePooler> {
  const proxy = await startProxy(() => server.url)
  try {
    const pooler = await startPgBouncer(proxy.url, { mode: 'transaction' })
    return {
      url: pooler.url,
      async [Symbol.asyncDispose]() {
        await pooler[Symbol.asyncDispose]()
        await proxy[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await proxy[Symbol.asyncDispose]()
    throw error
  }
}
