import { useState } from 'preact/hooks'
import { ApiError, post } from '../api-client.ts'

export interface Write {
  readonly busy: boolean
  readonly error: ApiError | undefined
  /** Sends it; resolves to the answer, or to undefined when it failed, which `error` tells. */
  send<Answer>(path: string, body: string): Promise<Answer | undefined>
}

/** A change, at most one at a time. */
export function useWrite(): Write {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  return {
    busy,
    error,
    async send<Answer>(path: string, body: string) {
      if (busy) return undefined
      setBusy(true)
      setError(undefined)
      try {
        return await post<Answer>(path, body)
      } catch (cause) {
        setError(cause instanceof ApiError ? cause : new ApiError(0, 'UNEXPECTED', String(cause)))
        return undefined
      } finally {
        setBusy(false)
      }
    },
  }
}
