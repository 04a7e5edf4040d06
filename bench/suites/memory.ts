import { BenchProcess } from '../harness/bench-process.ts'
import { type CompiledWorker, compileWorker } from '../harness/compiled-worker.ts'
import { type Case, measure } from '../harness/measure.ts'
import type { Measurement } from '../harness/report.ts'
import { formatCount } from '../harness/text.ts'
import { openStore, type SuiteContext, seed } from './suite.ts'

interface Setting {
  readonly connectionString: string
  readonly worker: CompiledWorker
}

const REPETITIONS = 3
const WRITERS = 10

/** The most memory that a process has at work, beside that of one which has only connected. */
export async function memory(context: SuiteContext): Promise<readonly Measurement[]> {
  const { sizes, progress } = context
  await using own = await openStore(context, 'memory')
  await using worker = await compileWorker()
  await seed(context, own.store, sizes.streamedEvents)
  const setting = { connectionString: own.connectionString, worker }
  const idle = 'connected, nothing done'
  const streaming = `${formatCount(sizes.streamedEvents)} events of $all read`
  const appending = `batches of 100 appended by ${WRITERS} writers for ${formatCount(sizes.appendingFor / 1_000)} s`
  const cases = [
    peak(idle, undefined, setting, async () => {}),
    peak(streaming, idle, setting, async (other) => {
      await other.call('stream', {})
    }),
  ]
  const options = { writers: WRITERS, batchSize: 100, until: { milliseconds: sizes.appendingFor } }
  const appendCase = peak(appending, idle, setting, async (other) => {
    await other.call('write', options)
  })
  const settings = { warmUps: 0, repetitions: Math.min(REPETITIONS, sizes.repetitions), progress }
  return [...(await measure('memory', cases, settings)), ...(await measure('memory', [appendCase], settings))]
}

/** In a new process each time, for a process does not forget its peak. */
function peak(
  name: string,
  comparedTo: string | undefined,
  { connectionString, worker }: Setting,
  work: (other: BenchProcess) => Promise<void>,
): Case {
  return {
    figures: [{ name, unit: 'MB', ...(comparedTo === undefined ? {} : { comparedTo }) }],
    async run() {
      await using other = new BenchProcess(connectionString, worker.path)
      await other.call('ready', {})
      await work(other)
      return [await other.call('memory', {})]
    },
  }
}
