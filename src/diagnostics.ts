/** News from the background: what the store recovered from, or is recovering from, by itself. */
export interface Diagnostic {
  readonly type: 'connection-lost'
  readonly connection: 'pool'
  readonly error: Error
}

/** The default of `onDiagnostic`: what went wrong becomes a process warning. */
export function warnOfDiagnostic({ type, connection, error }: Diagnostic): void {
  process.emitWarning(`${type} (${connection}): ${error.message}`, { type: 'EventStoreWarning' })
}
