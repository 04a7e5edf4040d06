import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { EventPage, EventSummary, StoreFacts } from '../../api.ts'
import { ApiError, apiUrl, get } from '../api-client.ts'
import { type EventFilter, isFiltered, NO_FILTER } from '../router.ts'
import { followStream, type Liveness } from './follow-stream.ts'
import { arrived, type LiveList, newestNumber, released, skipped, startList, withOlder } from './live-list.ts'
import { matches } from './matches.ts'

export interface LiveEvents {
  /** Undefined until the first page is there. That of another question stays until this one's is there, and is `stale` meanwhile. */
  readonly list: List | undefined
  readonly stale: boolean
  readonly error: ApiError | undefined
  readonly loading: boolean
  /** Why the older page that was asked for did not come. */
  readonly olderError: ApiError | undefined
  readonly liveness: Liveness
  /** How many events were looked at to find the rows. */
  readonly looked: number
  readonly paused: boolean
  setPaused(paused: boolean): void
  loadOlder(): void
  /** Shows what waits. */
  showNew(): void
  reload(): void
}

export interface LiveEventsOptions {
  readonly stream: string
  /** The newest event number to show; null for the end, which is followed. */
  readonly from: number | null
  readonly filter?: EventFilter
  /** Whether somebody reads just now, so that nothing may move. */
  readonly isReading: () => boolean
}

type List = LiveList<EventSummary>

/** A list, and the question that it answers. */
interface Shown {
  readonly question: string
  readonly list: List
}

const PAGE = 50
const RETRY_AFTER = 2_000
/** Milliseconds for which one press looks for older events that fit. */
const SEARCH_FOR = 5_000

/** The newest events of a stream, and those that arrive; older ones on demand. */
export function useLiveEvents({ stream, from, filter = NO_FILTER, isReading }: LiveEventsOptions): LiveEvents {
  const [shown, setShown] = useState<Shown>()
  const [failed, setFailed] = useState<{ readonly question: string; readonly error: ApiError }>()
  const [olderError, setOlderError] = useState<ApiError>()
  const [loading, setLoading] = useState(true)
  const [liveness, setLiveness] = useState<Liveness>('off')
  const [looked, setLooked] = useState(0)
  const [paused, setPaused] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const held = useRef<() => boolean>(isReading)
  held.current = () => paused || isReading()
  /** Aborts what was asked for the list that is shown, once another one is. */
  const current = useRef<AbortSignal>(undefined)

  const { type, search, correlationId, causationId } = filter
  const question = JSON.stringify([stream, from, type, search, correlationId, causationId])
  const reload = useCallback(() => setAttempt((count) => count + 1), [])
  const change = useCallback(
    (apply: (list: List) => List) =>
      setShown((before) => {
        const list = before && apply(before.list)
        return before && list !== undefined && list !== before.list ? { ...before, list } : before
      }),
    [],
  )
  const pageFrom = useCallback(
    (start: number | null, signal: AbortSignal | undefined) => {
      const asked = { type, search, correlationId, causationId }
      return get<EventPage>(
        apiUrl('events', { stream, from: start, direction: 'backwards', limit: PAGE, ...asked }),
        signal,
      )
    },
    [stream, type, search, correlationId, causationId],
  )

  useEffect(() => {
    const abort = new AbortController()
    current.current = abort.signal
    const wanted = { type, search, correlationId, causationId }
    let timer: ReturnType<typeof setTimeout> | undefined
    let stop: (() => void) | undefined

    const start = async () => {
      // What a filter finds does not tell where the end was: that is looked up first.
      const end =
        from === null && isFiltered(wanted) ? (await get<StoreFacts>(apiUrl('store'), abort.signal)).head : from
      const page = await pageFrom(end, abort.signal)
      if (abort.signal.aborted) return
      const begun = startList(page.events, page.next)
      setShown({ question, list: begun })
      setLooked(page.looked)
      setFailed(undefined)
      setLoading(false)
      if (from !== null) return
      stop = followStream(stream, end ?? newestNumber(begun), {
        appended: (events) => {
          const fitting = events.filter((event) => matches(wanted, event))
          change((list) => arrived(list, fitting, held.current()))
        },
        skipped: ({ from: first, to }) => change((list) => skipped(list, first, to, held.current())),
        restarted: reload,
        liveness: setLiveness,
      })
    }
    setLoading(true)
    setOlderError(undefined)
    setLiveness(from === null ? 'connecting' : 'off')
    start().catch((cause: unknown) => {
      if (abort.signal.aborted) return
      const error = apiErrorOf(cause)
      setFailed({ question, error })
      setShown((before) => (error.passing && before?.question === question ? before : undefined))
      setLoading(false)
      if (error.passing) timer = setTimeout(reload, RETRY_AFTER)
    })
    return () => {
      abort.abort()
      clearTimeout(timer)
      stop?.()
    }
  }, [stream, from, type, search, correlationId, causationId, question, attempt, pageFrom, change, reload])

  const list = shown?.list
  const loadOlder = () => {
    const older = list?.older
    const signal = current.current
    if (older === undefined || older === null || loading) return
    setLoading(true)
    setOlderError(undefined)
    olderFrom(older, signal)
      .catch((cause: unknown) => {
        if (!signal?.aborted) setOlderError(apiErrorOf(cause))
      })
      .finally(() => {
        if (!signal?.aborted) setLoading(false)
      })
  }
  /** Goes on for a while as long as nothing fits: what is looked for may be far. */
  const olderFrom = async (older: number, signal: AbortSignal | undefined) => {
    const end = performance.now() + SEARCH_FOR
    for (let from: number | null = older; from !== null; ) {
      const start: number = from
      const page: EventPage = await pageFrom(start, signal)
      if (signal?.aborted) return
      change((before) => (before.older === start ? withOlder(before, page.events, page.next) : before))
      setLooked((before) => before + page.looked)
      if (page.events.length > 0 || performance.now() > end) return
      from = page.next
    }
  }
  const showNew = () => {
    setPaused(false)
    if (list?.detached) reload()
    else change(released)
  }
  return {
    list,
    stale: shown !== undefined && shown.question !== question,
    error: failed?.question === question ? failed.error : undefined,
    ...{ loading, olderError, liveness, looked, paused, setPaused, loadOlder, showNew, reload },
  }
}

function apiErrorOf(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : new ApiError(0, 'UNEXPECTED', String(cause))
}
