import { useCallback, useEffect, useState } from 'preact/hooks'
import { ApiError, get } from '../api-client.ts'

export interface Resource<Data> {
  /** The last answer. That of another question stays until this one's is there. */
  readonly data: Data | undefined
  readonly error: ApiError | undefined
  readonly loading: boolean
  reload(): void
}

interface State<Data> {
  readonly data: Data | undefined
  readonly error: ApiError | undefined
  readonly loading: boolean
}

const RETRY_AFTER = 2_000

/** Asks the server, again when the question changes, and again by itself while the server or its database is away. */
export function useResource<Data>(url: string): Resource<Data> {
  const [state, setState] = useState<State<Data>>({ data: undefined, error: undefined, loading: true })
  const [attempt, setAttempt] = useState(0)
  const reload = useCallback(() => setAttempt((count) => count + 1), [])

  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    setState((before) => ({ ...before, loading: true }))
    get<Data>(url, abort.signal).then(
      (data) => setState({ data, error: undefined, loading: false }),
      (error: unknown) => {
        if (abort.signal.aborted) return
        const failure = error instanceof ApiError ? error : new ApiError(0, 'UNEXPECTED', String(error))
        setState((before) => ({ data: failure.passing ? before.data : undefined, error: failure, loading: false }))
        if (failure.passing) timer = setTimeout(reload, RETRY_AFTER)
      },
    )
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [url, attempt, reload])

  return { ...state, reload }
}
