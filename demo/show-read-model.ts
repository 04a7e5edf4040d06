import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { EventStore } from '../src/index.ts'
import type { CommitEvents } from './commit-events.ts'
import { heading, number, rate } from './output.ts'
import { type CommitCounts, READ_MODEL } from './read-model.ts'
import type { Statistics } from './statistics.ts'

/**
 * Keeps a read model up to date in a second process, kills that process at work, starts it again, and compares what it has
 * counted with what `$all` says.
 */
export async function showReadModel(
  store: EventStore<CommitEvents>,
  where: readonly [folder: string, schema: string],
  statistics: Statistics,
): Promise<void> {
  heading('Keeping a read model by a persistent subscription, in a second process that is killed at work')
  const subscription = store.subscribe('$all', READ_MODEL)
  const { version: head } = await store.getStream('$all')
  const before = await checkpointOf(store)
  const started = performance.now()
  if (before < head) {
    const first = start(where)
    await position(first, before + (head - before) / 2)
    await kill(first)
    const left = await checkpointOf(store)
    console.log(`  killed with SIGKILL, its checkpoint at ${number(left)} of ${number(head)}; starting it again`)
  }
  const second = start(where)
  try {
    await subscription.reached(head)
  } finally {
    await kill(second)
  }
  const model = await store.readSnapshot<CommitCounts>(READ_MODEL)
  const wrong = statistics.authors.filter(({ key, commits }) => model?.data[key] !== commits)
  if (wrong.length > 0) throw new Error(`The read model miscounts ${wrong.map(({ name }) => name).join(', ')}`)
  const took = performance.now() - started
  const speed = before < head ? `${rate(head - before, took)}, with a kill and two starts` : 'nothing was new'
  console.log(
    `  the read model agrees with $all: ${number(head)} commits of ${number(statistics.authors.length)} authors; ${speed}`,
  )
}

async function checkpointOf(store: EventStore<CommitEvents>): Promise<number> {
  const subscriptions = await store.listSubscriptions()
  return subscriptions.find(({ name }) => name === READ_MODEL)?.checkpoint ?? 0
}

function start(where: readonly string[]): ChildProcess {
  const script = join(import.meta.dirname, 'read-model.ts')
  return spawn(process.execPath, ['--import', 'tsx', script, ...where], { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Resolves when the process has counted up to a position, or further. */
async function position(child: ChildProcess, least: number): Promise<void> {
  if (!child.stdout) throw new Error('The second process has no output')
  for await (const line of createInterface(child.stdout)) if (Number(line) >= least) return
  throw new Error('The second process ended by itself')
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`The second process ended by itself, with status ${child.exitCode}`)
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
