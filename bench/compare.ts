/**
 * Prints how two reports of the benchmarks differ.
 *
 *   npm run bench:compare -- BEFORE.json AFTER.json
 */
import { parseArgs } from 'node:util'
import { compareReports, describeDifferences, type SuiteComparison, type Verdict } from './harness/comparison.ts'
import { type Report, readReport } from './harness/report.ts'
import { plainTable } from './harness/tables.ts'
import { formatValue, style } from './harness/text.ts'

const USAGE = 'Usage: npm run bench:compare -- BEFORE.json AFTER.json'
const WIDTHS = [30, 11, 11, 12, 10]

const [before, after] = await readReports()
for (const difference of describeDifferences(before, after)) console.log(`Note: ${difference}`)
for (const suite of compareReports(before, after)) printSuite(suite)
console.log(
  '\nBetter or worse: the middle halves of the samples do not overlap. Noise: they do, or are fewer than three.',
)

function printSuite({ suite, comparisons, onlyBefore, onlyAfter }: SuiteComparison): void {
  console.log(`\n${style('bold', suite)}`)
  if (comparisons.length > 0) {
    const table = plainTable(['case', 'before', 'after', 'difference', 'verdict'], WIDTHS)
    for (const { name, unit, before, after, difference, verdict } of comparisons) {
      const cells = [`${name} (${unit})`, formatValue(before), formatValue(after), percent(difference)]
      table.push([...cells, mark(verdict)])
    }
    console.log(table.toString())
  }
  for (const name of onlyBefore) console.log(`Only before: ${name}`)
  for (const name of onlyAfter) console.log(`Only after: ${name}`)
}

function percent(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(1)} %`
}

function mark(verdict: Verdict): string {
  return style(({ better: 'green', worse: 'red', noise: 'dim' } as const)[verdict], verdict)
}

async function readReports(): Promise<readonly [Report, Report]> {
  try {
    const [first, second, ...more] = parseArgs({ allowPositionals: true }).positionals
    if (first === undefined || second === undefined || more.length > 0) {
      throw new Error('Two reports are compared: give the files that npm run bench wrote')
    }
    return [await readReport(first), await readReport(second)]
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    return process.exit(2)
  }
}
