import type { SortDirection, StreamSort } from '../api.ts'

/** What the page shows: all of it stands in the address, so that it survives a reload and can be passed on. */
export type Route =
  | {
      readonly view: 'streams'
      readonly search: string
      readonly sortBy: StreamSort
      readonly direction: SortDirection
      readonly page: number
    }
  | { readonly view: 'stream'; readonly name: string; readonly from: number | null }
  | { readonly view: 'all'; readonly from: number | null; readonly filter: EventFilter }
  | { readonly view: 'event'; readonly id: string }
  | {
      readonly view: 'subscriptions'
      readonly search: string
      readonly sortBy: SubscriptionSort
      readonly direction: SortDirection
    }
  | { readonly view: 'subscription'; readonly stream: string; readonly name: string }
  | { readonly view: 'rates' }
  | { readonly view: 'snapshots'; readonly search: string; readonly page: number }
  | { readonly view: 'snapshot'; readonly id: string }
  | { readonly view: 'not-found'; readonly hash: string }

export type SubscriptionSort = 'stream' | 'name' | 'checkpoint' | 'lag' | 'updatedAt'

/** Events of `$all` to look for; empty texts ask for nothing. */
export interface EventFilter {
  readonly type: string
  readonly search: string
  readonly correlationId: string
  readonly causationId: string
}

type RouteOf<View extends Route['view']> = Extract<Route, { readonly view: View }>

const STREAM_SORTS: readonly StreamSort[] = ['createdAt', 'name', 'version', 'deletedAt']
const SUBSCRIPTION_SORTS: readonly SubscriptionSort[] = ['lag', 'stream', 'name', 'checkpoint', 'updatedAt']
const DIRECTIONS: readonly SortDirection[] = ['descending', 'ascending']

export const NO_FILTER: EventFilter = { type: '', search: '', correlationId: '', causationId: '' }
export const STREAMS = parseHash('#/streams') as RouteOf<'streams'>
export const SUBSCRIPTIONS = parseHash('#/subscriptions') as RouteOf<'subscriptions'>
export const SNAPSHOTS = parseHash('#/snapshots') as RouteOf<'snapshots'>
export const ALL: RouteOf<'all'> = { view: 'all', from: null, filter: NO_FILTER }

/** What an address asks for. Whatever it cannot read of the parameters is as if it were not there. */
export function parseHash(hash: string): Route {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?')
  const parameters = new URLSearchParams(query)
  const parts = path === '' ? ['streams'] : path.split('/').map(decode)
  const [view, first, second] = parts
  const notFound: Route = { view: 'not-found', hash }
  if (parts.includes(undefined)) return notFound
  const text = (name: string) => parameters.get(name) ?? ''
  const search = text('search')
  const from = wholeNumber(text('from'))
  const page = Math.max(1, wholeNumber(text('page')) ?? 1)
  const direction = oneOf(DIRECTIONS, text('direction'))

  if (parts.length === 1) {
    if (view === 'streams') return { view, search, sortBy: oneOf(STREAM_SORTS, text('sortBy')), direction, page }
    if (view === 'subscriptions') return { view, search, sortBy: oneOf(SUBSCRIPTION_SORTS, text('sortBy')), direction }
    if (view === 'snapshots') return { view, search, page }
    if (view === 'rates') return { view }
    if (view === 'all') {
      const filter = {
        type: text('type'),
        search,
        correlationId: text('correlationId'),
        causationId: text('causationId'),
      }
      return { view, from, filter }
    }
  }
  if (parts.length === 2 && first) {
    if (view === 'stream') return first === '$all' ? { ...ALL, from } : { view, name: first, from }
    if (view === 'event' || view === 'snapshot') return { view, id: first }
  }
  if (parts.length === 3 && view === 'subscription' && first && second) return { view, stream: first, name: second }
  return notFound
}

/** The address of a route; what is as usual is left out. */
export function hashOf(route: Route): string {
  switch (route.view) {
    case 'streams':
      return address(['streams'], {
        search: route.search,
        sortBy: unless(route.sortBy, STREAM_SORTS[0]),
        direction: unless(route.direction, DIRECTIONS[0]),
        page: unless(String(route.page), '1'),
      })
    case 'stream':
      return address(['stream', route.name], { from: numberText(route.from) })
    case 'all':
      return address(['all'], { from: numberText(route.from), ...route.filter })
    case 'subscriptions':
      return address(['subscriptions'], {
        search: route.search,
        sortBy: unless(route.sortBy, SUBSCRIPTION_SORTS[0]),
        direction: unless(route.direction, DIRECTIONS[0]),
      })
    case 'subscription':
      return address(['subscription', route.stream, route.name], {})
    case 'snapshots':
      return address(['snapshots'], { search: route.search, page: unless(String(route.page), '1') })
    case 'event':
    case 'snapshot':
      return address([route.view, route.id], {})
    case 'rates':
      return '#/rates'
    case 'not-found':
      return route.hash
    default:
      throw route satisfies never
  }
}

/** The address of a stream's events; `$all` has a view of its own. */
export function streamHash(name: string, from: number | null = null): string {
  return hashOf(name === '$all' ? { ...ALL, from } : { view: 'stream', name, from })
}

export function isFiltered(filter: EventFilter): boolean {
  return Object.values(filter).some((text) => text !== '')
}

function address(path: readonly string[], parameters: Readonly<Record<string, string>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '')
  const query = given.map(([name, value]) => `${name}=${encode(value)}`).join('&')
  return `#/${path.map(encode).join('/')}${query === '' ? '' : `?${query}`}`
}

/** Half a surrogate pair has no encoding; no stream has such a name, but somebody may search for one. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function wholeNumber(text: string): number | null {
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null
}

function oneOf<Word extends string>(words: readonly Word[], text: string): Word {
  return words.find((word) => word === text) ?? (words[0] as Word)
}

function unless(text: string, usual: string | undefined): string {
  return text === usual ? '' : text
}

function numberText(value: number | null): string {
  return value === null ? '' : String(value)
}
