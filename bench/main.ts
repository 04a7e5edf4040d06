/**
 * Measures what the store does: prints a table per suite, and writes a report.
 *
 *   npm run bench -- [suite…] [--quick] [--large] [--repetitions N] [--out FILE.json] [--postgres DIR]
 */
import { mkdir } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { type BenchArguments, parseArguments, USAGE } from './arguments.ts'
import { describeMachine } from './harness/machine.ts'
import { showProgress } from './harness/progress.ts'
import { type Measurement, type Report, writeReport } from './harness/report.ts'
import { type BenchServer, openServer } from './harness/server.ts'
import { measurementTable } from './harness/tables.ts'
import { style } from './harness/text.ts'
import { SUITES, type SuiteName } from './suites/index.ts'

const RESULTS = resolve(import.meta.dirname, 'results')

const options = readArguments()
const startedAt = new Date()
const path = resolve(options.out ?? `${RESULTS}/${startedAt.toISOString().slice(0, 19).replaceAll(':', '-')}.json`)
await mkdir(dirname(path), { recursive: true })
try {
  await using server = await openServer({ postgres: options.postgres })
  await run(server)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(server: BenchServer): Promise<void> {
  const head = { startedAt: startedAt.toISOString(), quick: options.quick, machine: describeMachine() }
  const report: Report = { version: 1, ...head, server: await server.describe(), measurements: [] }
  printHead(report)
  const measurements: Measurement[] = []
  for (const suite of options.suites) {
    measurements.push(...(await runSuite(suite, server)))
    await writeReport(path, { ...report, measurements })
  }
  console.log(`\nWritten to ${relative(process.cwd(), path)}`)
}

async function runSuite(suite: SuiteName, server: BenchServer): Promise<readonly Measurement[]> {
  const progress = showProgress(suite)
  try {
    const measurements = await SUITES[suite]({ server, sizes: options.sizes, progress })
    progress.stop()
    console.log(`\n${style('bold', suite)}\n${measurementTable(measurements)}`)
    return measurements
  } finally {
    progress.stop()
  }
}

function printHead({ machine, server }: Report): void {
  const { cores, cpu, memory, node, packageVersion } = machine
  const { fsync, synchronous_commit: commit, shared_buffers: buffers } = server.settings
  console.log(`pg-event-store ${packageVersion}, Node.js ${node}`)
  console.log(`${cores} cores, ${cpu}, ${Math.round(memory / 2 ** 30)} GB`)
  console.log(`PostgreSQL ${server.version}, fsync ${fsync}, synchronous_commit ${commit}, shared_buffers ${buffers}`)
  console.log('The median of each case, and between which values the middle half of its samples lies')
}

function readArguments(): BenchArguments {
  try {
    const found = parseArguments(process.argv.slice(2))
    if (found !== 'help') return found
    console.log(USAGE)
    return process.exit(0)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    return process.exit(2)
  }
}
