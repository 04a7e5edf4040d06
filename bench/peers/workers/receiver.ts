/** Follows `$all` of the store that its argument names, and tells its parent of each event when it was received. */

import { now } from '../../harness/clock.ts'
import { openStore } from '../contenders/store.ts'

const [connectionString = ''] = process.argv.slice(2)
const ending = new AbortController()
process.once('disconnect', () => ending.abort())

await using store = await openStore(connectionString)
try {
  for await (const { position } of store.follow('$all', { after: 'start', signal: ending.signal })) {
    process.send?.({ position, at: now() })
  }
} catch (error) {
  if (!ending.signal.aborted) throw error
}
