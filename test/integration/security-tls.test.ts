import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Diagnostic, EventStore } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { CERTIFICATES } from '../support/attacks-certificates.ts'
import { startTlsServer } from '../support/attacks-tls-server.ts'
import { useDatabase } from '../support/database.ts'
import { errorOf } from '../support/invoke.ts'

const { expired, otherHost } = CERTIFICATES

const database = useDatabase()
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'event-store-certificates-'))
  for (const [name, { cert }] of Object.entries(CERTIFICATES)) await writeFile(join(folder, `${name}.crt`), cert)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Parameters of a URL that trust a certificate as an authority. */
function trusting(mode: string, name: keyof typeof CERTIFICATES): string {
  return `sslmode=${mode}&sslrootcert=${encodeURIComponent(join(folder, `${name}.crt`))}`
}

/** Whom not to trust, and what the driver says of it. */
const BAD: readonly (readonly [
  string,
  (typeof CERTIFICATES)[keyof typeof CERTIFICATES] | undefined,
  () => string,
  RegExp,
])[] = [
  ['an expired certificate', expired, () => trusting('verify-full', 'expired'), /CERT_HAS_EXPIRED/],
  ['an expired certificate (require)', expired, () => trusting('require', 'expired'), /CERT_HAS_EXPIRED/],
  [
    'a certificate of another host',
    otherHost,
    () => trusting('verify-full', 'otherHost'),
    /ERR_TLS_CERT_ALTNAME_INVALID/,
  ],
  [
    'a certificate of another host (require)',
    otherHost,
    () => trusting('require', 'otherHost'),
    /ERR_TLS_CERT_ALTNAME_INVALID/,
  ],
  [
    'a certificate of another host (prefer)',
    otherHost,
    () => trusting('prefer', 'otherHost'),
    /ERR_TLS_CERT_ALTNAME_INVALID/,
  ],
  ['a certificate that nobody signed', otherHost, () => 'sslmode=require', /SELF_SIGNED/],
  ['a certificate that nobody signed (ssl=true)', otherHost, () => 'ssl=true', /SELF_SIGNED/],
  ['a certificate of another authority', otherHost, () => trusting('verify-full', 'expired'), /SELF_SIGNED|UNABLE_TO/],
  ['no TLS at all (require)', undefined, () => 'sslmode=require', /does not support SSL/],
  ['no TLS at all (prefer)', undefined, () => 'sslmode=prefer', /does not support SSL/],
]

describe.each(BAD)('a server with %s', (_, certificate, parameters, reason) => {
  test('is told neither user nor password, on any connection', async () => {
    await using server = await startTlsServer(certificate)
    const url = `postgres://ann:secret@127.0.0.1:${server.port}/shop?${parameters()}`
    await using store = new EventStore({ connectionString: url })
    expect(reasonOf(await errorOf(() => store.getStream('$all')))).toMatch(reason)
    expect(reasonOf(await errorOf(() => migrate({ connectionString: url })))).toMatch(reason)
    const diagnostics: Diagnostic[] = []
    await using sessions = new EventStore({
      connectionString: database.connectionString,
      sessionConnectionString: url,
      onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    })
    const before = server.connections
    const leaving = new AbortController()
    const followed = sessions.follow('$all', { signal: leaving.signal })[Symbol.asyncIterator]().next()
    const subscription = sessions.subscribe('$all', 'n')
    const running = subscription.run(() => {}, { signal: leaving.signal })
    for (const connection of ['notifications', 'locks'] as const) {
      await expect
        .poll(() =>
          diagnostics
            .filter((news) => news.type === 'connection-lost' && news.connection === connection)
            .map((news) => 'error' in news && reasonOf(news.error)),
        )
        .toContainEqual(expect.stringMatching(reason))
    }
    expect(server.connections).toBeGreaterThan(before)
    leaving.abort()
    await Promise.allSettled([followed, running, subscription.close()])
    expect(server.trusting).toBe(0)
  })
})

test.each([
  ['sslmode=no-verify', otherHost],
  ['sslmode=no-verify', expired],
  ['sslmode=disable', undefined],
  ['', undefined],
])('%s trusts whoever answers, as it says', async (parameters, certificate) => {
  await using server = await startTlsServer(certificate)
  await using store = new EventStore({
    connectionString: `postgres://ann:secret@127.0.0.1:${server.port}/shop?${parameters}`,
  })
  const outcome = errorOf(() => store.getStream('$all', { timeout: 3_000 }))
  await expect.poll(() => server.trusting).toBe(1)
  await outcome
})

/** The code and the message of whatever an error was caused by in the end. */
function reasonOf(error: unknown): string {
  for (let cause = error; ; cause = cause.cause) {
    if (!(cause instanceof Error)) return String(cause)
    if (!(cause.cause instanceof Error)) return `${'code' in cause ? cause.code : ''} ${cause.message}`
  }
}
