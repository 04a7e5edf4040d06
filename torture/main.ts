/**
 * Processes that write, subscribe and follow, while they are killed and their server and their network fail.
 *
 *   npm run torture -- [--minutes N] [--seed N] [--processes N] [--url URL] [--pooler]
 */
import { parseArgs } from 'node:util'
import { MultiBar, Presets } from 'cli-progress'
import Table from 'cli-table3'
import { FEWEST_PROCESSES, type TortureOptions, type TortureReport, type TortureResult, torture } from './torture.ts'

const SHOWN_FINDINGS = 20

const options = readOptions()
console.log(`Torture for ${options.minutes} minutes with ${options.processes} processes, seed ${options.seed}`)
const { report, stop } = reporter(options)
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
const result = await torture({ ...options, signal: ending.signal }, report)
  .finally(stop)
  .catch(giveUp)
printResult(options, result)
process.exitCode = result.findings.length === 0 ? 0 : 1

function readOptions(): TortureOptions {
  const { minutes, seed, processes, url, pooler } = readArguments()
  return {
    minutes: number('minutes', minutes, 0),
    seed: Math.trunc(number('seed', seed, 0)),
    processes: Math.trunc(number('processes', processes, FEWEST_PROCESSES)),
    url,
    pooler,
  }
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '1' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        processes: { type: 'string', default: '6' },
        url: { type: 'string' },
        pooler: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function number(name: string, text: string, least: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least) return value
  return refuse(`--${name} must be a number, at least ${least}; found ${JSON.stringify(text)}`)
}

function refuse(reason: string): never {
  console.error(`${reason}\nUsage: npm run torture -- [--minutes N] [--seed N] [--processes N] [--url URL] [--pooler]`)
  process.exit(2)
}

function giveUp(error: unknown): never {
  console.error(error)
  console.error('Verdict: FAILED, the run did not come to its end')
  process.exit(1)
}

/** Lines of what is done, with a bar below them on a terminal. */
function reporter({ minutes }: TortureOptions): { readonly report: TortureReport; readonly stop: () => void } {
  const began = performance.now()
  const bars = new MultiBar(
    { format: '  {bar} {percentage}%  {duration_formatted}', hideCursor: true, stream: process.stdout },
    Presets.shades_classic,
  )
  const bar = process.stdout.isTTY ? bars.create(Math.ceil(minutes * 600), 0) : undefined
  return {
    report: {
      tell(text) {
        const line = `${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${text}`
        if (bar) bars.log(`${line}\n`)
        else console.log(line)
      },
      progress: (done) => bar?.update(Math.round(done * Math.ceil(minutes * 600))),
    },
    stop: () => bars.stop(),
  }
}

function printResult(
  { minutes, seed, processes, url, pooler }: TortureOptions,
  { counts, findings }: TortureResult,
): void {
  const table = new Table({ colAligns: ['left', 'right'], style: { head: [], border: [], compact: true } })
  for (const [what, count] of Object.entries(counts)) table.push([what, count.toLocaleString('en')])
  console.log(`\n${table.toString()}`)
  for (const { rule, what } of findings.slice(0, SHOWN_FINDINGS)) console.log(`  Broken: ${rule}\n    ${what}`)
  if (findings.length > SHOWN_FINDINGS) console.log(`  … and ${findings.length - SHOWN_FINDINGS} more`)
  const again = `npm run torture -- --minutes ${minutes} --seed ${seed} --processes ${processes}${url ? ' --url …' : ''}${pooler ? ' --pooler' : ''}`
  console.log(
    findings.length === 0
      ? 'Verdict: nothing lost, nothing skipped, nothing out of order'
      : `Verdict: FAILED, ${findings.length} findings`,
  )
  console.log(`Again, with the same faults (when exactly they hit depends on the machine):\n  ${again}`)
}
