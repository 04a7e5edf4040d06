import { chmod, chown, copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { type EmbeddedServer, openEmbeddedServer } from '../../src/postgres/embedded/server.ts'

const CERTIFICATE = join(import.meta.dirname, '../fixtures/tls/server.crt')
const KEY = join(import.meta.dirname, '../fixtures/tls/server.key')

let root: string
let server: EmbeddedServer

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'event-store-tls-'))
  await chmod(root, 0o755)
  const folder = join(root, 'server')
  await (await openEmbeddedServer(folder)).close()
  const { uid, gid } = await stat(join(folder, 'cluster', 'data'))
  const [certificate, key] = [join(root, 'server.crt'), join(root, 'server.key')]
  await copyFile(CERTIFICATE, certificate)
  await copyFile(KEY, key)
  await chmod(key, 0o600)
  await Promise.all([certificate, key].map((file) => chown(file, uid, gid)))
  server = await openEmbeddedServer(folder, { settings: { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key } })
})

afterAll(async () => {
  await server.close()
  await rm(root, { recursive: true, force: true })
})

describe('a server with TLS whose certificate no public authority has signed', () => {
  test.each([
    ['sslmode=no-verify', true],
    [`sslmode=verify-full&sslrootcert=${encodeURIComponent(CERTIFICATE)}`, true],
    [`sslmode=require&sslrootcert=${encodeURIComponent(CERTIFICATE)}`, true],
    ['sslmode=disable', false],
  ])('is reached with %s', async (parameters, encrypted) => {
    await using store = new EventStore({ connectionString: urlWith(parameters) })
    await store.migrate()
    await store.append('a', { type: 'Happened', data: 1 }, { expectedVersion: 'any' })
    expect(await encryptionOfStore()).toBe(encrypted)
  })

  test.each(['sslmode=verify-full', 'sslmode=require', 'sslmode=verify-ca', 'ssl=true'])(
    'is refused with %s, because TLS that is asked for is verified',
    async (parameters) => {
      await using store = new EventStore({ connectionString: urlWith(parameters) })
      await expect(store.getStream('$all')).rejects.toMatchObject({
        code: 'CONNECTION',
        cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      })
    },
  )
})

function urlWith(parameters: string): string {
  return `${server.connectionString.split('?')[0]}?${parameters}`
}

/** Whether the store's connection is encrypted, as the server sees it. */
async function encryptionOfStore(): Promise<boolean | undefined> {
  const client = new pg.Client({ connectionString: server.connectionString })
  await client.connect()
  try {
    const { rows } = await client.query<{ ssl: boolean }>(
      "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'eventstore'",
    )
    return rows[0]?.ssl
  } finally {
    await client.end()
  }
}
