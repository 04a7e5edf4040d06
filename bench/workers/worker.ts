/** A process of the benchmarks: does the tasks that it is sent, until the channel to the one that started it closes. */
import { EventStore } from '../../src/index.ts'
import { receive } from '../suites/receiving.ts'
import { write } from '../suites/writers.ts'
import type { Answer, Receipt, TaskName, Tasks } from './tasks.ts'

const store = new EventStore()

const tasks: Tasks = {
  async ready() {
    await store.getStream('$all')
    return null
  },
  async write(options) {
    const { latencies: _, ...written } = await write(store, options)
    return written
  },
  async receive({ stream, by }) {
    void receive(store, { stream, by, onReceipt: (receipt) => send(receipt) }).catch(fail)
    return null
  },
  async stream() {
    let count = 0
    for await (const _ of store.read('$all')) count++
    return count
  },
  async memory() {
    return process.resourceUsage().maxRSS * 1.024e-3
  },
}

process.on('message', async ({ name, options }: { readonly name: TaskName; readonly options: never }) => {
  try {
    send({ result: await tasks[name](options) })
  } catch (error) {
    send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})
process.once('disconnect', () => void store.close().finally(() => process.exit()))

function send(message: Answer | Receipt): void {
  if (process.connected) process.send?.(message)
}

/** What is received in the background ends when the store closes, and must not end before. */
function fail(error: unknown): void {
  if (!process.connected) return
  console.error(error)
  process.exit(1)
}
