/** A test, a hook or a file that failed. */
export interface Failure {
  /** File and title. */
  readonly where: string
  /** Message, stack and difference. */
  readonly why: string
}

/** What a run of vitest tells while it lasts. */
export type News =
  | { readonly kind: 'started'; readonly node: string; readonly files: number }
  | { readonly kind: 'file-started'; readonly file: string }
  | {
      readonly kind: 'file-ended'
      readonly passed: number
      readonly failed: number
      readonly skipped: number
      readonly failures: readonly Failure[]
    }
  | { readonly kind: 'unhandled'; readonly failure: Failure }
