/**
 * The events of a stream, newest first, while new ones arrive. It never holds more than `MOST_ROWS`:
 *
 *   waiting   what arrived while somebody reads; shown by `release`
 *   rows      what is shown
 *   older     where the next older page begins; null when there is none
 *
 * Rows that older ones push out at the top, and arrivals that find no room, leave the list `detached`: it is no longer next
 * to the newest event, and a `release` needs the newest page from the server.
 */
export interface LiveList<Event extends Numbered> {
  readonly rows: readonly LiveRow<Event>[]
  readonly waiting: readonly LiveRow<Event>[]
  /** Events that `waiting` stands for, gaps and what found no room included. */
  readonly waitingCount: number
  readonly older: number | null
  readonly detached: boolean
}

export interface Numbered {
  readonly eventNumber: number
}

/** An event, or a stretch that was not sent because too much arrived at once. */
export type LiveRow<Event extends Numbered> =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }

export const MOST_ROWS = 500

/** A list that begins with a page of the newest events, newest first. */
export function startList<Event extends Numbered>(events: readonly Event[], older: number | null): LiveList<Event> {
  return { rows: events.map(rowOf), waiting: [], waitingCount: 0, older, detached: false }
}

/** Events that were appended, oldest first. While it is `held`, they wait. */
export function arrived<Event extends Numbered>(
  list: LiveList<Event>,
  events: readonly Event[],
  held: boolean,
): LiveList<Event> {
  const newest = newestNumber(list)
  const fresh = events.filter((event) => event.eventNumber > newest).map(rowOf)
  return fresh.length === 0 ? list : add(list, fresh.reverse(), fresh.length, held)
}

/** Events that were appended and not sent. */
export function skipped<Event extends Numbered>(
  list: LiveList<Event>,
  from: number,
  to: number,
  held: boolean,
): LiveList<Event> {
  const first = Math.max(from, newestNumber(list) + 1)
  return first > to ? list : add(list, [{ kind: 'gap', from: first, to }], to - first + 1, held)
}

/** Shows what waits. A detached list has to be started anew instead. */
export function released<Event extends Numbered>(list: LiveList<Event>): LiveList<Event> {
  return list.waiting.length === 0 ? list : onTop({ ...list, waiting: [], waitingCount: 0 }, list.waiting)
}

/** A page of older events, at the bottom. */
export function withOlder<Event extends Numbered>(
  list: LiveList<Event>,
  events: readonly Event[],
  older: number | null,
): LiveList<Event> {
  const rows = [...list.rows, ...events.map(rowOf)]
  const tooMany = rows.length > MOST_ROWS
  return { ...list, rows: tooMany ? rows.slice(-MOST_ROWS) : rows, older, detached: list.detached || tooMany }
}

/** The number of the newest event that is known of; 0 for none. */
export function newestNumber<Event extends Numbered>({ waiting, rows }: LiveList<Event>): number {
  const newest = waiting[0] ?? rows[0]
  if (!newest) return 0
  return newest.kind === 'event' ? newest.event.eventNumber : newest.to
}

function add<Event extends Numbered>(
  list: LiveList<Event>,
  rows: readonly LiveRow<Event>[],
  count: number,
  held: boolean,
): LiveList<Event> {
  if (!held && !list.detached) return onTop(released(list), rows)
  const waiting = joined(rows, list.waiting)
  const detached = list.detached || waiting.length > MOST_ROWS
  return { ...list, waiting: waiting.slice(0, MOST_ROWS), waitingCount: list.waitingCount + count, detached }
}

function onTop<Event extends Numbered>(list: LiveList<Event>, rows: readonly LiveRow<Event>[]): LiveList<Event> {
  const all = joined(rows, list.rows)
  if (all.length <= MOST_ROWS) return { ...list, rows: all }
  const kept = all.slice(0, MOST_ROWS)
  const last = kept.at(-1)
  const lowest = last?.kind === 'gap' ? last.from : (last?.event.eventNumber ?? 1)
  return { ...list, rows: kept, older: lowest > 1 ? lowest - 1 : null }
}

/** One after the other; two gaps that meet become one. */
function joined<Event extends Numbered>(
  newer: readonly LiveRow<Event>[],
  older: readonly LiveRow<Event>[],
): readonly LiveRow<Event>[] {
  const [above, below] = [newer.at(-1), older[0]]
  if (above?.kind !== 'gap' || below?.kind !== 'gap' || below.to + 1 !== above.from) return [...newer, ...older]
  return [...newer.slice(0, -1), { kind: 'gap', from: below.from, to: above.to }, ...older.slice(1)]
}

function rowOf<Event extends Numbered>(event: Event): LiveRow<Event> {
  return { kind: 'event', event }
}
