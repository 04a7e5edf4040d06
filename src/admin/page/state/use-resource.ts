import { useCallback, useEffect, useState } from 'preact/hooks'
import { ApiError, get } from '../api-client.ts'

export interface Resource<Data> {
  /** The last answer. That of another question stays until this one's is there, and is `stale` meanwhile. */
  readonly data: Data | undefined
  readonly stale: boolean
  readonly error: ApiError | undefined
  readonly loading: boolean
  reload(): void
}

interface State<Data> {
  readonly data: Data | undefined
  /** The question that `data` answers. */
  readonly answered: string | undefined
  readonly error: ApiError | undefined
  /** The question whose outcome was the last one. */
  readonly settled: string | undefined
  readonly loading: boolean
}

const RETRY_AFTER = 2_000

/** Asks the server, again when the question changes, and again by itself while the server or its database is away. */
export function useResource<Data>(url: string): Resource<Data> {
  const [state, setState] = useState<State<Data>>({
    data: undefined,
    answered: undefined,
    error: undefined,
    settled: undefined,
    loading: true,
  })
  const [attempt, setAttempt] = useState(0)
  const reload = useCallback(() => setAttempt((count) => count + 1), [])

  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    setState((before) => ({ ...before, loading: true }))
    get<Data>(url, abort.signal).then(
      (data) => setState({ data, answered: url, error: undefined, settled: url, loading: false }),
      (cause: unknown) => {
        if (abort.signal.aborted) return
        const error = cause instanceof ApiError ? cause : new ApiError(0, 'UNEXPECTED', String(cause))
        setState(({ data, answered }) => {
          const kept = error.passing && answered === url ? { data, answered } : { data: undefined, answered: undefined }
          return { ...kept, error, settled: url, loading: false }
        })
        if (error.passing) timer = setTimeout(reload, RETRY_AFTER)
      },
    )
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [url, attempt, reload])

  const { data, answered, settled } = state
  return {
    data,
    stale: data !== undefined && answered !== url,
    error: settled === url ? state.error : undefined,
    loading: state.loading || settled !== url,
    reload,
  }
}
