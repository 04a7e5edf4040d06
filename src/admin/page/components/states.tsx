import type { ComponentChildren } from 'preact'
import type { ApiError } from '../api-client.ts'
import type { Resource } from '../state/use-resource.ts'
import { SafeText } from './safe-text.tsx'

/** While nothing is there yet. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p class="state loading" role="status">
      Loading {what}…
    </p>
  )
}

/** While what is seen answers another question. It takes no room, and comes only when the answer is slow. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <p class="waiting" role="status">
      Loading {what}…
    </p>
  )
}

/** When there is nothing. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="state empty">{children}</p>
}

/** Why something cannot be shown, and a way to try again. */
export function Failure({ error, reload }: { readonly error: ApiError; readonly reload: () => void }) {
  return (
    <div class="state failure" role="alert">
      <p>
        <SafeText text={error.message} limit={1_000} />
      </p>
      <p class="muted">
        <code>{error.code}</code>
        {error.passing ? ' · trying again every two seconds' : ''}
      </p>
      <button type="button" onClick={reload}>
        Try again
      </button>
    </div>
  )
}

export interface LoadedProps<Data> {
  readonly resource: Resource<Data>
  /** What is loaded, for the words while it is. */
  readonly what: string
  readonly children: (data: Data) => ComponentChildren
}

/** What was loaded, or the state of it; a failure that may pass stands above what was loaded before. */
export function Loaded<Data>({ resource, what, children }: LoadedProps<Data>) {
  const { data, stale, error, reload } = resource
  return (
    <>
      {error && <Failure error={error} reload={reload} />}
      {data === undefined && !error && <Loading what={what} />}
      {stale && <Waiting what={what} />}
      {data !== undefined && (
        <div class="loaded" aria-busy={stale}>
          {children(data)}
        </div>
      )}
    </>
  )
}
