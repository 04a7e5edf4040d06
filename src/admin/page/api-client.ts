/** What became of a request that did not succeed. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** 0 when there was no answer. */
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.code = code
  }

  /** Whether it may succeed by itself: the server or the database is away, or the new URL is yet to be opened, perhaps in another tab. */
  get passing(): boolean {
    return this.status === 0 || this.status === 401 || this.status >= 502
  }
}

export type Parameters = Readonly<Record<string, string | number | null | undefined>>

/** Milliseconds after which nobody waits for an answer any more: the server gives up its longest work after one minute. */
const PATIENCE = 90_000

const NO_ANSWER =
  'The server of this page does not answer. Is “eventstore admin” still running? When it was started anew, open the URL that it printed.'

/** The address of a question; empty parameters are left out. */
export function apiUrl(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  }
  const text = query.toString()
  return `/api/${path}${text === '' ? '' : `?${text}`}`
}

/** Asks. Rejects with ApiError, or with the abort's reason. */
export function get<Answer>(url: string, signal?: AbortSignal): Promise<Answer> {
  return request<Answer>(url, signal ? { signal } : {})
}

/** Changes something. `body` is JSON text already, so that numbers are sent to the letter. */
export function post<Answer>(path: string, body: string): Promise<Answer> {
  return request<Answer>(`/api/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
}

async function request<Answer>(url: string, init: RequestInit): Promise<Answer> {
  const { response, text } = await answerOf(url, init)
  const answer = parsed(text)
  if (response.ok && answer !== undefined) return answer as Answer
  throw errorOf(response.status, answer)
}

async function answerOf(
  url: string,
  { signal, ...init }: RequestInit,
): Promise<{ readonly response: Response; readonly text: string }> {
  const abort = new AbortController()
  const leave = () => abort.abort(signal?.reason)
  const timer = setTimeout(() => abort.abort(), PATIENCE)
  signal?.addEventListener('abort', leave)
  try {
    signal?.throwIfAborted()
    const response = await fetch(url, { credentials: 'same-origin', redirect: 'error', ...init, signal: abort.signal })
    return { response, text: await response.text() }
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'NO_ANSWER', NO_ANSWER, { cause: error })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', leave)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    return undefined
  }
}

function errorOf(status: number, answer: unknown): ApiError {
  const error = propertyOf(answer, 'error')
  const code = propertyOf(error, 'code')
  const message = propertyOf(error, 'message')
  return new ApiError(
    status,
    typeof code === 'string' ? code : `HTTP_${status}`,
    typeof message === 'string' ? message : `The server answered with status ${status}.`,
  )
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined
}
