import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { useDatabase } from '../support/database.ts'
import { PASSWORD, secretsIn, withPassword } from '../support/secrets.ts'

const REFUSED = withPassword('postgres://127.0.0.1:1/shop')
const MALFORMED = [
  `postgres://ann:${PASSWORD}@127.0.0.1:1/shop`,
  `postgres://ann:${encodeURIComponent(PASSWORD)}@127.0.0.1:port/shop`,
  `postgress://ann:${encodeURIComponent(PASSWORD)}@127.0.0.1/shop`,
]

const database = useDatabase()
let folder: string
let commands: readonly (readonly string[])[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'event-store-secrets-'))
  await writeFile(join(folder, 'broken.json'), `{ "url": "${REFUSED}" `)
  await writeFile(join(folder, 'unknown.json'), JSON.stringify({ ur1: REFUSED }))
  await writeFile(join(folder, 'list.json'), JSON.stringify([REFUSED]))
  await writeFile(join(folder, 'text.json'), JSON.stringify(REFUSED))
  await writeFile(join(folder, 'good.json'), JSON.stringify({ url: REFUSED }))
  const { text } = await eventstore(['--help'])
  const names = Array.from(text.matchAll(/^ {2}([a-z]+)( .*)?$/gm), ([, name = '']) => name)
  commands = names.filter((name) => name !== 'help' && name !== 'tail').map((name) => [name, 's'])
  expect(names).toContain('migrate')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs a command line; resolves to all that it prints. */
async function eventstore(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const streams = [new PassThrough(), new PassThrough(), new PassThrough()]
  const [stdin, stdout, stderr] = streams as unknown[] as [NodeJS.ReadStream, NodeJS.WriteStream, NodeJS.WriteStream]
  streams[0]?.end()
  let text = ''
  for (const stream of streams.slice(1)) stream.on('data', (chunk) => (text += chunk))
  const signal = AbortSignal.timeout(10_000)
  const exitCode = await run(args, { env, folder, stdin, stdout, stderr, signal })
  return { exitCode, text }
}

describe.each([[[]], [['--json']]])('with flags %j', (flags) => {
  /** That it fails, says something, and no secret. */
  async function expectSilence(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<void> {
    const { exitCode, text } = await eventstore([...args, ...flags], env)
    const line = args[0]
    expect(exitCode, line).not.toBe(0)
    expect(text.length, line).toBeGreaterThan(10)
    expect(secretsIn(text), line).toEqual([])
  }

  test('no command tells the password of a server that is not there, wherever its URL comes from', async () => {
    for (const command of commands) {
      await expectSilence([...command.slice(0, 1), '--url', REFUSED])
      await expectSilence([...command, '--url', REFUSED])
      await expectSilence([...command, '--yes', '--url', REFUSED])
      await expectSilence(command, { DATABASE_URL: REFUSED })
      await expectSilence([...command, '--config', 'good.json'])
    }
  })

  test('no command tells a password that the server refuses', async () => {
    const url = withPassword(database.connectionString, `nobody-${crypto.randomUUID()}`)
    for (const command of commands) await expectSilence([...command.slice(0, 1), '--url', url])
  })

  test.each(MALFORMED)('a URL that cannot be used is not repeated (%#)', async (url) => {
    for (const command of commands) {
      await expectSilence([...command.slice(0, 1), '--url', url])
      await expectSilence(command, { DATABASE_URL: url })
    }
  })

  test('a config file that cannot be used is not repeated', async () => {
    for (const name of ['broken', 'unknown', 'list', 'text'])
      await expectSilence(['migrate', '--config', `${name}.json`])
  })

  test('a URL in the wrong place is not repeated', async () => {
    for (const url of [REFUSED, ...MALFORMED]) {
      await expectSilence([url])
      await expectSilence(['migrate', url, '--url', REFUSED])
      await expectSilence(['migrate', `--ur=${url}`])
      await expectSilence(['migrate', `--${url}`])
      await expectSilence(['migrate', '--schema', url, '--url', REFUSED])
      await expectSilence(['migrate', '--payload', url, '--url', REFUSED])
    }
  })
})
