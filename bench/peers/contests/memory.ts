import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { compiledPackage } from '../../harness/compiled-package.ts'
import type { Contest, Figure } from '../arena.ts'

const EVENTS = 1_000_000
const WORKER = fileURLToPath(new URL('../workers/streamer.js', import.meta.url))
const FIGURES: readonly Figure[] = [
  { label: '', unit: 'MB', better: 'less' },
  { label: 'speed', unit: 'events/s', better: 'more' },
]

/** The most memory that a process ever had resident which reads 1,000,000 events, one by one, with the package as it is published. */
export const memory: Contest = {
  name: 'memory',
  async run(arena) {
    const connectionString = await arena.stored(EVENTS)
    const index = await compiledPackage()
    async function run(): Promise<readonly number[]> {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [WORKER, index, connectionString, String(EVENTS)],
        {
          env: { ...process.env, NODE_OPTIONS: '' },
        },
      )
      const { megabytes, rate } = JSON.parse(stdout) as { readonly megabytes: number; readonly rate: number }
      return [megabytes, rate]
    }
    return await arena.compete('memory', FIGURES, [{ name: 'store', run }], {
      warmUps: 0,
      repetitions: arena.size(1, 3),
    })
  },
}
