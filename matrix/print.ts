import { stripVTControlCharacters } from 'node:util'
import { plainTable } from '../bench/harness/tables.ts'
import { style } from '../bench/harness/text.ts'
import { nameOf } from './combinations.ts'
import { faultOf, type Result } from './result.ts'
import { logOf } from './run.ts'

const SHOWN_FAILURES = 20
const SHOWN_LINES = 25

/** One line for a combination that holds; else what failed, and where more is said about it. */
export function printResult(result: Result): void {
  const name = nameOf(result.combination)
  const fault = faultOf(result)
  if (fault === undefined) console.log(`${name}: ${result.passed} passed in ${duration(result.seconds)} min`)
  else {
    console.log(style('red', `${name}: ${fault}`))
    printReasons(result)
    if (result.postgres) console.log(`\n  All that vitest said: ${logOf(name)}`)
    console.log()
  }
}

/** Everything at a glance. */
export function printTable(results: readonly Result[]): void {
  const head = ['PostgreSQL', 'Node', 'passed', 'failed', 'skipped', 'minutes', '']
  const table = plainTable(head, [12, 10, 8, 8, 9, 9, 26])
  for (const result of results) {
    const { combination, postgres, node, passed, failed, skipped, seconds } = result
    const versions = [postgres || combination.postgres.major, node || combination.node.major]
    table.push([...versions, passed, failed, skipped, duration(seconds), faultOf(result) ?? 'holds'])
  }
  console.log(`\n${table.toString()}`)
}

function printReasons({ failures, trouble }: Result): void {
  for (const { where, why } of failures.slice(0, SHOWN_FAILURES)) console.log(`\n  ${where}\n${indent(why)}`)
  const more = failures.length - SHOWN_FAILURES
  if (more > 0) console.log(`\n  … and ${more} more`)
  if (failures.length === 0 && trouble) console.log(indent(trouble))
}

/** `3:05`, in minutes. */
function duration(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function indent(text: string): string {
  const lines = stripVTControlCharacters(text).trimEnd().split('\n').slice(0, SHOWN_LINES)
  return lines.map((line) => `    ${line}`).join('\n')
}
