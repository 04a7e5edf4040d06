/**
 * The whole test suite on every version of PostgreSQL and Node that is supported. The programs come from npm, once.
 *
 *   npm run test:matrix -- [--postgres 13,18] [--node 20,24] [--only FILTER] [--out FILE.json]
 */
import { nameOf } from './combinations.ts'
import { type MatrixOptions, readOptions, USAGE } from './options.ts'
import { printResult, printTable } from './print.ts'
import { recordResult } from './record.ts'
import { holds, type Result, verdict } from './result.ts'
import { runCombination } from './run-combination.ts'

const INTERRUPTED = 130

const { combinations, only, out } = optionsOrExit()
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort())
// A terminal that is gone must not keep us from stopping what was started.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {})

const results: Result[] = []
for (const [index, combination] of combinations.entries()) {
  console.log(`${index + 1}/${combinations.length}  ${nameOf(combination)}`)
  const result = await runCombination(combination, { only, signal: ending.signal })
  if (ending.signal.aborted) break
  printResult(result)
  results.push(result)
  if (out !== undefined) await recordResult(out, result, new Date().toISOString().slice(0, 10))
}
if (results.length > 0) printTable(results)
console.log(verdict(results, combinations))
process.exitCode = ending.signal.aborted ? INTERRUPTED : holds(results, combinations) ? 0 : 1

function optionsOrExit(): MatrixOptions {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options !== 'help') return options
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(2)
  }
  console.log(USAGE)
  process.exit(0)
}
