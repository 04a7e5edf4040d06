// Two processes run the same code. One packs the orders, the other stands by, and takes over when the first is killed.
//
//   npx tsx examples/05-several-processes.ts
import { type ChildProcess, fork } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Diagnostic, EventStore } from 'pg-event-store'

const ORDERS = 8

// Without arguments this is the program that starts two packers: itself, with a name and the folder of the server.
const [name = '', folder = mkdtempSync(join(tmpdir(), 'shop-'))] = process.argv.slice(2)
await using store = new EventStore({
  // The first process that opens the folder starts the server, the others share it. DATABASE_URL may name one of yours.
  ...(process.env.DATABASE_URL ? { schema: 'shop' } : { embedded: folder }),
  // How often who stands by tries to take over; the default is a second.
  subscriptionRetryInterval: 200,
  ...(name !== '' && { onDiagnostic: sayState }),
})
if (name === '') await supervise()
else await pack()

async function supervise(): Promise<void> {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await store.migrate()
  const ada = fork(import.meta.filename, ['Ada', folder])
  await heard(ada, 'is live')
  const grace = fork(import.meta.filename, ['Grace', folder])
  await heard(grace, 'is standby')

  const atWork = heard(ada, 'takes order-4')
  for (let order = 1; order <= ORDERS; order++) {
    await store.append(`order-${order}`, { type: 'OrderPlaced', data: {} }, { expectedVersion: 'no-stream' })
  }
  await atWork
  ada.kill('SIGKILL')
  await once(ada, 'exit')
  say('Ada', 'is killed, with an order in hands')

  await store.subscribe('$all', 'packing').reached(ORDERS)
  const exited = once(grace, 'exit')
  grace.disconnect()
  await exited
  console.log(`All ${ORDERS} orders are packed, in order and at least once: what Ada had in hands came again.`)
}

/** Resolves when a packer says this. */
async function heard(packer: ChildProcess, what: string): Promise<void> {
  for await (const [message] of on(packer, 'message', { close: ['exit'] })) if (message === what) return
  throw new Error(`A packer ended before it said that it ${what}`)
}

async function pack(): Promise<void> {
  const subscription = store.subscribe('$all', 'packing')
  process.once('disconnect', () => subscription.close())
  await subscription.run(async ({ streamName }) => {
    say(name, `takes ${streamName}`)
    await sleep(50) // the work
    say(name, `has packed ${streamName}`)
  })
}

function sayState(diagnostic: Diagnostic): void {
  if (diagnostic.type === 'subscription') say(name, `is ${diagnostic.state}`)
}

function say(who: string, what: string): void {
  console.log(`  ${who.padEnd(5)}  ${what}`)
  if (process.connected) process.send?.(what)
}
