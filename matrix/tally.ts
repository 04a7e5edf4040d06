import type { Progress } from '../bench/harness/progress.ts'
import type { Failure, News } from './news.ts'

/** What is known of a run of vitest. */
export interface Counts {
  /** The version of Node that vitest ran on; empty when it never said. */
  readonly node: string
  readonly files: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly Failure[]
  /** What kept the run from coming to its end, or vitest's exit code. */
  readonly trouble: string | undefined
}

/** Adds up what a run of vitest tells. */
export class Tally {
  readonly #progress: Pick<Progress, 'expect' | 'begin' | 'done'>
  readonly #failures: Failure[] = []
  #node = ''
  #files = 0
  #passed = 0
  #failed = 0
  #skipped = 0
  trouble: string | undefined

  constructor(progress: Pick<Progress, 'expect' | 'begin' | 'done'>) {
    this.#progress = progress
  }

  get counts(): Counts {
    return {
      node: this.#node,
      files: this.#files,
      passed: this.#passed,
      failed: this.#failed,
      skipped: this.#skipped,
      failures: this.#failures,
      trouble: this.trouble,
    }
  }

  add(news: News): void {
    switch (news.kind) {
      case 'started':
        this.#node = news.node
        this.#progress.expect(news.files)
        break
      case 'file-started':
        this.#progress.begin(news.file)
        break
      case 'file-ended':
        this.#files++
        this.#passed += news.passed
        this.#failed += news.failed
        this.#skipped += news.skipped
        this.#failures.push(...news.failures)
        this.#progress.done()
        break
      case 'unhandled':
        this.#failures.push(news.failure)
        break
      default:
        news satisfies never
    }
  }
}
