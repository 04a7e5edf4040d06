import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Route } from '../router.ts'

/** Where somebody was on a page of the history. */
interface Place {
  readonly top: number
  /** The address of the row that had the focus, for who goes by the keyboard. */
  readonly row: string | null
}

/** Places that are kept: browsers lead no further back. */
const MOST_PLACES = 100
/** Milliseconds for which a page is waited for to be as long as it was. */
const LONGEST_WAIT = 10_000

/**
 * A new view begins at its top, with the focus in it, for who uses the keyboard or hears the page. Back and forward lead to where one
 * was: the browser cannot do that by itself, as rows come later than the view.
 */
export function usePlaces(route: Route, main: RefObject<HTMLElement | null>): void {
  const last = useRef(route)
  const wanted = useRef<Place>(undefined)

  // Before anybody else listens: the old view must still stand when it is left.
  useLayoutEffect(() => {
    const places = new Map<string, Place>()
    let here = nameEntry()
    history.scrollRestoration = 'manual'
    const leave = () => {
      places.delete(here)
      places.set(here, currentPlace())
      for (const oldest of [...places.keys()].slice(0, -MOST_PLACES)) places.delete(oldest)
      wanted.current = places.get(entryName() ?? '')
      here = entryName() ?? nameEntry()
    }
    addEventListener('hashchange', leave)
    return () => removeEventListener('hashchange', leave)
  }, [])

  useEffect(() => {
    const [before, place] = [last.current, wanted.current]
    last.current = route
    wanted.current = undefined
    const changed = before.view !== route.view
    if (changed) main.current?.focus({ preventScroll: true })
    if (place) return comeBack(place)
    if (changed || fromOf(before) !== fromOf(route)) scrollTo(0, 0)
    return undefined
  }, [route, main])
}

/** Goes to a place as soon as the page reaches so far, unless somebody moves by himself. Returns what ends that. */
function comeBack({ top, row }: Place): () => void {
  const stop = () => {
    grown.disconnect()
    clearTimeout(timer)
    for (const kind of MOVES) removeEventListener(kind, stop)
  }
  const go = () => {
    if (document.documentElement.scrollHeight - innerHeight < top) return
    scrollTo(0, top)
    const link = [...document.querySelectorAll<HTMLElement>(ROWS)].find((each) => each.getAttribute('href') === row)
    link?.focus({ preventScroll: true })
    if (row === null || link) stop()
  }
  const grown = new ResizeObserver(go)
  const timer = setTimeout(stop, LONGEST_WAIT)
  for (const kind of MOVES) addEventListener(kind, stop, { passive: true })
  grown.observe(document.body)
  return stop
}

const ROWS = 'main [data-row]'
const MOVES = ['wheel', 'touchstart', 'pointerdown', 'keydown']

function currentPlace(): Place {
  return { top: scrollY, row: document.querySelector(`${ROWS}:focus-visible`)?.getAttribute('href') ?? null }
}

/** Entries of the history are told apart by a name of their own. */
function entryName(): string | undefined {
  const state: unknown = history.state
  return typeof state === 'string' ? state : undefined
}

function nameEntry(): string {
  const name = crypto.randomUUID()
  history.replaceState(name, '')
  return name
}

function fromOf(route: Route): number | null {
  return route.view === 'stream' || route.view === 'all' ? route.from : null
}
