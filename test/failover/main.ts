/**
 * Kills one primary after the other while processes write, subscribe and follow, and promotes its synchronous standby.
 *
 *   npm run test:failover -- [--rounds N] [--seed N] [--writers N]
 */
import { parseArgs } from 'node:util'
import { Presets, SingleBar } from 'cli-progress'
import Table from 'cli-table3'
import { type FailoverResult, failover, ms } from './failover.ts'

const USAGE = 'Usage: npm run test:failover -- [--rounds N] [--seed N] [--writers N]'
const SHOWN_FINDINGS = 20

const options = readOptions()
console.log(`Failover ${options.rounds} times with ${options.writers} writers, seed ${options.seed}`)
const began = performance.now()
const bar = process.stdout.isTTY
  ? new SingleBar({ format: '  {bar} {value}/{total}' }, Presets.shades_classic)
  : undefined
bar?.start(options.rounds, 0)
try {
  const tell = (line: string) => {
    console.log(`${bar ? '\r' : ''}${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${line}`)
  }
  const result = await failover({ ...options, tell, progress: (round) => bar?.update(round) })
  bar?.stop()
  print(result)
  process.exitCode = result.findings.length === 0 ? 0 : 1
} catch (error) {
  bar?.stop()
  console.error(error instanceof Error ? error.message : error)
  console.error('Verdict: FAILED, the run did not come to its end')
  process.exitCode = 1
}

function readOptions(): { readonly rounds: number; readonly seed: number; readonly writers: number } {
  try {
    const { values } = parseArgs({
      options: {
        rounds: { type: 'string', default: '5' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        writers: { type: 'string', default: '2' },
      },
    })
    return {
      rounds: atLeast('rounds', values.rounds, 1),
      seed: atLeast('seed', values.seed, 0),
      writers: atLeast('writers', values.writers, 1),
    }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    process.exit(2)
  }
}

function atLeast(name: string, text: string, least: number): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value
  throw new Error(`--${name} must be a whole number, at least ${least}; found ${JSON.stringify(text)}`)
}

function print({ rounds, counts, findings }: FailoverResult): void {
  const table = new Table({
    head: ['round', 'events at the kill', 'promoted after', 'appends after', 'redundant after', 'killed with it'],
    colAligns: ['right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const [index, { stored, promoted, acknowledged, redundant, killed }] of rounds.entries()) {
    table.push([index + 1, stored.toLocaleString('en'), ms(promoted), ms(acknowledged), ms(redundant), killed])
  }
  console.log(`\n${table.toString()}`)
  for (const [what, count] of Object.entries(counts)) console.log(`  ${what}: ${count.toLocaleString('en')}`)
  for (const what of findings.slice(0, SHOWN_FINDINGS)) console.log(`  Broken: ${what}`)
  if (findings.length > SHOWN_FINDINGS) console.log(`  … and ${findings.length - SHOWN_FINDINGS} more`)
  const { rounds: count, seed, writers } = options
  console.log(
    findings.length === 0
      ? 'Verdict: nothing that was acknowledged is lost, nothing stored twice, nothing skipped'
      : `Verdict: FAILED, ${findings.length} findings`,
  )
  console.log(`Again: npm run test:failover -- --rounds ${count} --seed ${seed} --writers ${writers}`)
}
