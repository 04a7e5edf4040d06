/** For `catch`: the fallback when there is no such file or folder; any other error goes on. */
export function ifMissing<Fallback>(fallback: Fallback): (error: unknown) => Fallback {
  return (error) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return fallback
    throw error
  }
}

/** Whether this is an error of the operating system or of the database with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => error.code === code)
}
