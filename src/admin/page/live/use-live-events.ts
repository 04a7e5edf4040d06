import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { EventPage, EventSummary, StoreFacts } from '../../api.ts'
import { ApiError, apiUrl, get } from '../api-client.ts'
import { type EventFilter, isFiltered, NO_FILTER } from '../router.ts'
import { followStream, type Liveness } from './follow-stream.ts'
import { arrived, type LiveList, newestNumber, released, skipped, startList, withOlder } from './live-list.ts'
import { matches } from './matches.ts'

export interface LiveEvents {
  /** Undefined until the first page is there. */
  readonly list: List | undefined
  readonly error: ApiError | undefined
  readonly loading: boolean
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

const PAGE = 50
const RETRY_AFTER = 2_000

/** The newest events of a stream, and those that arrive; older ones on demand. */
export function useLiveEvents({ stream, from, filter = NO_FILTER, isReading }: LiveEventsOptions): LiveEvents {
  const [list, setList] = useState<List>()
  const [error, setError] = useState<ApiError>()
  const [loading, setLoading] = useState(true)
  const [liveness, setLiveness] = useState<Liveness>('off')
  const [looked, setLooked] = useState(0)
  const [paused, setPaused] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const held = useRef<() => boolean>(isReading)
  held.current = () => paused || isReading()

  const { type, search, correlationId, causationId } = filter
  const reload = useCallback(() => setAttempt((count) => count + 1), [])
  const pageFrom = useCallback(
    (start: number | null, signal?: AbortSignal) => {
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
      setList(begun)
      setLooked(page.looked)
      setError(undefined)
      setLoading(false)
      if (from !== null) return
      const change = (apply: (before: List, held: boolean) => List) =>
        setList((before) => before && apply(before, held.current()))
      stop = followStream(stream, end ?? newestNumber(begun), {
        appended: (events) => {
          const fitting = events.filter((event) => matches(wanted, event))
          change((before, isHeld) => arrived(before, fitting, isHeld))
        },
        skipped: ({ from: first, to }) => change((before, isHeld) => skipped(before, first, to, isHeld)),
        restarted: reload,
        liveness: setLiveness,
      })
    }
    setLoading(true)
    setLiveness(from === null ? 'connecting' : 'off')
    start().catch((cause: unknown) => {
      if (abort.signal.aborted) return
      const failure = apiErrorOf(cause)
      setError(failure)
      setLoading(false)
      if (failure.passing) timer = setTimeout(reload, RETRY_AFTER)
      else setList(undefined)
    })
    return () => {
      abort.abort()
      clearTimeout(timer)
      stop?.()
    }
  }, [stream, from, type, search, correlationId, causationId, attempt, pageFrom, reload])

  const loadOlder = () => {
    const older = list?.older
    if (older === undefined || older === null || loading) return
    setLoading(true)
    pageFrom(older).then(
      (page) => {
        setList((before) => (before?.older === older ? withOlder(before, page.events, page.next) : before))
        setLooked((before) => before + page.looked)
        setError(undefined)
        setLoading(false)
      },
      (cause: unknown) => {
        setError(apiErrorOf(cause))
        setLoading(false)
      },
    )
  }
  const showNew = () => {
    setPaused(false)
    if (list?.detached) reload()
    else setList((before) => before && released(before))
  }
  return { list, error, loading, liveness, looked, paused, setPaused, loadOlder, showNew, reload }
}

function apiErrorOf(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : new ApiError(0, 'UNEXPECTED', String(cause))
}
