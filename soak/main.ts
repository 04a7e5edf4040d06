/**
 * A long life of a process, compressed: appends and deliveries by the million while stores, followers and subscriptions come and go
 * and connections are lost. Fails when memory, connections, files or handles grow.
 *
 *   npm run soak -- [--events N] [--seed N]
 */
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { RESOURCES, type Resource, type Resources } from './resources.ts'
import { type SoakOptions, type SoakResult, soak } from './soak.ts'
import { sparkline } from './sparkline.ts'

const USAGE = 'Usage: npm run soak -- [--events N] [--seed N]'
const NAMES = Object.keys(RESOURCES) as Resource[]

const options = readOptions()
console.log(`Soak of ${options.events.toLocaleString('en')} events, seed ${options.seed}`)
const began = performance.now()
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
const result = await soak({ ...options, signal: ending.signal }, { round: printRound }).catch(giveUp)
printResult(result)
// What was left running must not keep the verdict from being heard.
process.exit(failuresOf(result).length === 0 ? 0 : 1)

function readOptions(): SoakOptions {
  try {
    const { values } = parseArgs({
      options: {
        events: { type: 'string', default: '1000000' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      },
    })
    return { events: readNumber('events', values.events, 1_000), seed: readNumber('seed', values.seed, 0) }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    process.exit(2)
  }
}

function giveUp(error: unknown): never {
  console.error(error)
  console.error('Verdict: FAILED, the run did not come to its end')
  process.exit(1)
}

function readNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError(`--${name} must be a whole number, at least ${least}; found ${JSON.stringify(text)}`)
}

function printRound(done: number, of: number, resources: Resources): void {
  const facts = NAMES.map((name) => `${name} ${Math.round(resources[name])}`).join(', ')
  console.log(`${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s  round ${done} of ${of}: ${facts}`)
}

function failuresOf({ judgements, findings }: SoakResult): readonly string[] {
  const grown = NAMES.filter((name) => !judgements[name].flat).map((name) => {
    const { rise, allowed } = judgements[name]
    return `${RESOURCES[name].title} grew by ${rise.toFixed(1)}, where ${allowed.toFixed(1)} is allowed`
  })
  return [...grown, ...findings]
}

function printResult(result: SoakResult): void {
  const head = ['', 'first', 'last', 'rise', 'allowed', 'course']
  const table = new Table({
    head,
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const name of NAMES) {
    const values = result.samples.map((sample) => sample[name])
    const { rise, allowed } = result.judgements[name]
    const numbers = [values[0], values.at(-1), rise, allowed].map((value = Number.NaN) => value.toFixed(1))
    table.push([RESOURCES[name].title, ...numbers, sparkline(values)])
  }
  console.log(`\n${table.toString()}`)
  for (const [what, count] of Object.entries(result.counts)) console.log(`  ${what}: ${count.toLocaleString('en')}`)
  const failures = failuresOf(result)
  for (const failure of failures) console.log(`  Broken: ${failure}`)
  console.log(failures.length === 0 ? 'Verdict: flat' : `Verdict: FAILED, ${failures.length} findings`)
  console.log(`Again: npm run soak -- --events ${options.events} --seed ${options.seed}`)
}
