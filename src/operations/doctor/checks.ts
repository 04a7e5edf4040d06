import { MIGRATIONS } from '../../migrations/migrations.ts'
import { judgeClock, readClock } from './clock.ts'
import { judgeConnections, readConnections } from './connections.ts'
import type { Judgement } from './finding.ts'
import { judgeLeftovers, readLeftovers } from './leftovers.ts'
import { judgeLock, readLock } from './lock.ts'
import type { Place, StoreOids } from './place.ts'
import { judgePrivileges, readPrivileges } from './privileges.ts'
import { judgeSchema, readSchema } from './schema.ts'
import { judgeServer, readServer } from './server.ts'
import { judgeSessions, readSessions } from './sessions.ts'
import { judgeSettings, readSettings } from './settings.ts'
import { judgeBloat, readBloat } from './tables.ts'
import { judgeTransactions, readTransactions } from './transactions.ts'

/** One look at a store: what it reads, it judges. None depends on another. */
export interface Check {
  readonly name: string
  readonly run: (place: Place) => Promise<readonly Judgement[]>
}

/** One that needs the store's tables. */
export interface StoreCheck {
  readonly name: string
  readonly runIn: (place: Place, store: StoreOids) => Promise<readonly Judgement[]>
}

/** All of them, in the order in which they are told. */
export const CHECKS: readonly (Check | StoreCheck)[] = [
  { name: 'server', run: async (place) => judgeServer(await readServer(place)) },
  { name: 'schema', run: async (place) => judgeSchema(await readSchema(place, MIGRATIONS.length)) },
  { name: 'privileges', runIn: async (place, store) => judgePrivileges(await readPrivileges(place, store)) },
  { name: 'sessions', run: async (place) => judgeSessions(await readSessions(place)) },
  { name: 'settings', run: async (place) => judgeSettings(await readSettings(place)) },
  { name: 'connections', run: async (place) => judgeConnections(await readConnections(place)) },
  { name: 'write lock', runIn: async (place, store) => judgeLock(await readLock(place, store)) },
  { name: 'transactions', run: async (place) => judgeTransactions(await readTransactions(place)) },
  { name: 'tables', runIn: async (place) => judgeBloat(await readBloat(place)) },
  { name: 'leftovers', runIn: async (place, store) => judgeLeftovers(await readLeftovers(place, store)) },
  { name: 'clock', run: async (place) => judgeClock(await readClock(place)) },
]
