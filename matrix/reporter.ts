/**
 * A reporter for vitest, by which the run of a combination tells the matrix what it does: see `run.ts`. It is loaded by vitest, so it
 * also tells which Node that runs on.
 */
import { relative } from 'node:path'
import type { SerializedError } from 'vitest'
import type { Reporter, TestModule, TestSpecification } from 'vitest/node'
import type { Failure, News } from './news.ts'

const FRAME = /^\s+at /
/** A line of a stack that is not the project's. */
const FOREIGN_FRAME = /^\s+at .*(node_modules|node:|<anonymous>)/

export default class MatrixReporter implements Reporter {
  onTestRunStart(specifications: readonly TestSpecification[]): void {
    // The run ends with the matrix, however that ends.
    process.once('disconnect', () => process.exit(1))
    process.channel?.unref()
    tell({ kind: 'started', node: process.versions.node, files: specifications.length })
  }

  onTestModuleStart(module: TestModule): void {
    tell({ kind: 'file-started', file: pathOf(module) })
  }

  onTestModuleEnd(module: TestModule): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    for (const test of module.children.allTests()) counts[test.result().state]++
    const { passed, failed } = counts
    tell({ kind: 'file-ended', passed, failed, skipped: counts.skipped + counts.pending, failures: failuresOf(module) })
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    for (const error of errors)
      tell({ kind: 'unhandled', failure: { where: 'outside of a test', why: explain(error) } })
  }
}

/** Tests and hooks that failed, or the file itself. */
function failuresOf(module: TestModule): readonly Failure[] {
  const file = pathOf(module)
  const failures = module.errors().map((error) => ({ where: file, why: explain(error) }))
  for (const suite of module.children.allSuites()) {
    failures.push(...suite.errors().map((error) => ({ where: `${file} > ${suite.fullName}`, why: explain(error) })))
  }
  for (const test of module.children.allTests('failed')) {
    const why = (test.result().errors ?? []).map(explain).join('\n')
    failures.push({ where: `${file} > ${test.fullName}`, why })
  }
  return failures
}

function explain({
  message,
  stack = '',
  diff,
}: Pick<SerializedError, 'message' | 'stack'> & { readonly diff?: unknown }) {
  const frames = stack.split('\n').filter((line) => !FOREIGN_FRAME.test(line))
  // The stack of a time-out is of another error, made before.
  const whole = stack.includes(message) ? frames : [message, ...frames.filter((line) => FRAME.test(line))]
  return [...whole, ...(typeof diff === 'string' ? [diff] : [])].join('\n')
}

function pathOf(module: TestModule): string {
  return relative(module.project.config.root, module.moduleId)
}

function tell(news: News): void {
  process.send?.(news)
}
