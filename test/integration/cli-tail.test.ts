import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Interruption } from '../../src/cli/failure.ts'
import { EventStore } from '../../src/index.ts'
import { startProxy } from '../../torture/proxy.ts'
import { type CommandLineOptions, commandLine, type Printed } from '../support/command-line.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { newEvents, range } from '../support/new-events.ts'
import { EVENTSTORE } from '../support/terminal.ts'

const database = useDatabase()
const started = new Set<ChildProcess>()
let store: EventStore

beforeAll(() => {
  store = new EventStore({ connectionString: database.connectionString })
})
afterAll(async () => {
  for (const { pid } of started) if (pid !== undefined) process.kill(-pid, 'SIGKILL') // what a test that failed has left
  await store.close()
})

describe('tail', () => {
  test('prints what is stored, then what is appended, until it is interrupted', async () => {
    await store.append('tail-1', newEvents(2), { expectedVersion: 'no-stream' })
    const interruption = new AbortController()
    let seen = ''
    const running = eventstore(['tail', 'tail-1', '--after', 'start', '--json'], {
      signal: interruption.signal,
      onOutput: (stdout) => {
        seen = stdout
      },
    })
    await eventually(() => expect(seen.split('\n')).toHaveLength(3), { within: 5_000 })
    await store.append('tail-1', newEvents(2), { expectedVersion: 2 })
    await eventually(() => expect(seen.split('\n')).toHaveLength(5), { within: 5_000 })
    interruption.abort(new Interruption(130))
    const { exitCode, rows, stderr } = await running
    expect(rows.map(({ eventNumber }) => eventNumber)).toEqual(range(1, 4))
    // That it was interrupted is how it ends, and nothing to be told as an error.
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' })
  })

  test('begins at the end, and with a number behind that event', async () => {
    await store.append('tail-2', newEvents(3), { expectedVersion: 'no-stream' })
    const seen = { end: '', number: '' }
    const interruption = new AbortController()
    const follow = (which: keyof typeof seen, flags: readonly string[]) =>
      eventstore(['tail', 'tail-2', '--json', ...flags], {
        signal: interruption.signal,
        onOutput: (stdout) => {
          seen[which] = stdout
        },
      })
    const running = [follow('end', []), follow('number', ['--after', '2'])]
    const numbers = (text: string) => [...text.matchAll(/"eventNumber":(\d+)/g)].map(([, number]) => Number(number))
    await eventually(() => expect(numbers(seen.number)).toEqual([3]))
    // Where it begins is known to it alone: append until it has begun.
    await eventually(async () => {
      await store.append('tail-2', newEvents(1), { expectedVersion: 'any' })
      expect(seen.end).not.toBe('')
    })
    await eventually(() => expect(numbers(seen.number).slice(0, 2)).toEqual([3, 4]))
    interruption.abort(new Interruption(130))
    await Promise.all(running)
    expect(numbers(seen.end)[0]).toBeGreaterThan(3)
  })

  test('says that it waits for a stream that is not there, and that nothing comes of a deleted one', async () => {
    await store.append('tail-3', newEvents(1), { expectedVersion: 'no-stream' })
    await store.deleteStream('tail-3', { expectedVersion: 'any' })
    for (const [name, said] of [
      ['tail-none', 'There is no stream tail-none yet: waiting for its first event.\n'],
      ['tail-3', 'Stream tail-3 is deleted: nothing comes of it any more.\n'],
    ] as const) {
      const interruption = new AbortController()
      let stderr = ''
      const running = eventstore(['tail', name], {
        signal: interruption.signal,
        onError: (text) => {
          stderr = text
        },
      })
      await eventually(() => expect(stderr).toBe(said))
      interruption.abort(new Interruption(130))
      expect(await running).toMatchObject({ exitCode: 130, stderr: said })
    }
  })

  test('ends when whoever reads it has gone, without another event', async () => {
    await store.append('tail-4', newEvents(1), { expectedVersion: 'no-stream' })
    const script = `set -o pipefail; "$@" tail tail-4 --after start --json | (head -n 1; exec 0<&-; echo gone)`
    const { ended, output } = startScript(script)
    await eventually(() => expect(output()).toMatch(/"eventNumber":1.*\ngone\n$/), { within: 20_000 })
    // This one finds that nobody reads it; nothing more is needed for the end.
    await store.append('tail-4', newEvents(1), { expectedVersion: 1 })
    expect(await ended).toEqual({ exitCode: 0, stderr: '' })
  })

  test('waits for a server that is away, says so once, and misses nothing', async () => {
    await store.append('tail-5', newEvents(1), { expectedVersion: 'no-stream' })
    let [target, tries] = [database.connectionString, 0]
    await using proxy = await startProxy(() => {
      tries++
      return target
    })
    const interruption = new AbortController()
    const seen = { stdout: '', stderr: '' }
    const running = commandLine(proxy.url, ['tail', 'tail-5', '--after', 'start'], {
      signal: interruption.signal,
      onOutput: (stdout) => {
        seen.stdout = stdout
      },
      onError: (stderr) => {
        seen.stderr = stderr
      },
    })
    const numbers = () => [...seen.stdout.matchAll(/^ *(\d+) {2}/gm)].map(([, number]) => Number(number))
    await eventually(() => expect(numbers()).toEqual([1]))
    target = 'postgres://127.0.0.1:1/nowhere'
    proxy.cut()
    tries = 0
    await store.append('tail-5', newEvents(1), { expectedVersion: 1 })
    await eventually(() =>
      expect(seen.stderr).toMatch(/^(The connection is lost|Reading failed), and is tried again: /),
    )
    await eventually(() => expect(tries).toBeGreaterThan(5), { within: 10_000 })
    target = database.connectionString
    await eventually(() => expect(numbers()).toEqual([1, 2]), { within: 10_000 })
    await store.append('tail-5', newEvents(1), { expectedVersion: 2 })
    await eventually(() => expect(numbers()).toEqual([1, 2, 3]))
    await eventually(() => expect(seen.stderr).toMatch(/\nConnected again\.\n$/), { within: 10_000 })
    interruption.abort(new Interruption(130))
    const { stderr } = await running
    expect(stderr.split('\n')).toHaveLength(3)
  })
})

/** A script of the shell, in which `"$@"` is the command line; `output` is what it has printed so far. */
function startScript(script: string) {
  const child = spawn('bash', ['-c', script, 'bash', ...EVENTSTORE], {
    env: { ...process.env, DATABASE_URL: database.connectionString },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, which can be ended together
  })
  started.add(child)
  child.once('close', () => started.delete(child))
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
    })
  }
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode, stderr: written.stderr }))
  return { ended, output: () => written.stdout }
}

function eventstore(args: readonly string[], options?: CommandLineOptions): Promise<Printed> {
  return commandLine(database.connectionString, args, options)
}
