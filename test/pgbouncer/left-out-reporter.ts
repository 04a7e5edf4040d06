import { basename } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'
import { type LeftOut, leftOutIn } from './left-out.ts'

/** Tells what was left out; a test that is to be left out, and is not there, fails the run. */
export class LeftOutReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const mode of ['transaction', 'session'] as const) {
      const ran = modules.filter(({ project }) => project.name === mode)
      if (ran.length === 0) continue
      const skipped = ran.flatMap((module) => [...module.children.allTests('skipped')].map(({ fullName }) => fullName))
      const entries = leftOutIn(mode).map((each) => ({ ...each, count: countOf(each, ran, skipped) }))
      const tests = entries.reduce((sum, { count = 0 }) => sum + count, 0)
      const files = entries.filter(({ test }) => test === undefined)
      console.log(`\nLeft out in ${mode} mode: ${files.length} files and ${tests} further tests`)
      for (const { file, test, count, reason } of entries) {
        console.log(`  ${file}${test === undefined ? '' : `: ${test} (${count})`}: ${reason}`)
      }
    }
  }
}

/** How many tests an entry has left out; undefined for a whole file. */
function countOf({ file, test }: LeftOut, ran: readonly TestModule[], skipped: readonly string[]): number | undefined {
  if (test === undefined) return undefined
  const count = skipped.filter((name) => name.startsWith(test)).length
  if (count === 0 && ran.some(({ moduleId }) => basename(moduleId) === file)) {
    console.error(`${file} has no test "${test}" any more: take it off the list`)
    process.exitCode = 1
  }
  return count
}
