import { afterAll, beforeAll, describe, inject } from 'vitest'
import { type FaultProxy, startProxy } from '../../torture/proxy.ts'
import { startServer, type TortureServer } from '../../torture/server.ts'
import type { Pooler } from '../support/pooler.ts'
import { survives, usePooler } from '../support/pooler-behaviours.ts'
import { startPgBouncer } from './pgbouncer.ts'

let server: TortureServer
/** The server's port changes when it restarts, the proxy's does not. */
let proxy: FaultProxy

beforeAll(async () => {
  server = await startServer()
  proxy = await startProxy(() => server.url)
})

afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const mode = inject('poolMode')
const behindProxy = {
  get connectionString() {
    return proxy.url
  },
}

describe(`behind PgBouncer in ${mode} mode, a server that restarts`, () => {
  const place = usePooler(behindProxy, async (target): Promise<Pooler> => {
    const pgbouncer = await startPgBouncer(target, { mode })
    const nothing = async () => {}
    return { ...pgbouncer, pause: nothing, resume: nothing, endServers: nothing }
  })
  survives(place, mode === 'transaction' ? () => proxy.url : undefined, {
    'has its server shut down and started again': async () => server.restart?.('fast'),
    'has its server killed and started again': async () => server.restart?.('kill'),
  })
})
