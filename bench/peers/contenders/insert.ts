import { uuidv7 } from '../../../src/util/uuid.ts'
import type { Appender } from './appender.ts'
import { COLUMNS } from './ceiling-table.ts'
import type { Client } from './driver.ts'

/**
 * One row in a transaction of its own, in a prepared statement, as users of the driver write it: BEGIN, INSERT, COMMIT. Or `alone`, as
 * fast as the driver does it: a statement that is sent by itself is its own transaction, and takes one round trip instead of three.
 * Inside the measured time: a new id, JSON, the round trips with the flush. It checks nothing, and has to be alone, as it counts
 * positions here.
 */
export function inserter(client: Client, { alone = false } = {}): Appender {
  let position = 0
  let streams = 0
  const insert = (values: unknown[]) =>
    client.query({
      name: 'insert',
      text: `
        INSERT INTO ceiling (${COLUMNS})
        VALUES ($1, $2, $3, date_trunc('milliseconds', clock_timestamp()), $4, NULL, NULL, $5, $6, $7)`,
      values,
    })
  return {
    name: alone ? 'INSERT alone' : 'INSERT',
    writer() {
      const streamId = ++streams
      let streamVersion = 0
      return async (events) => {
        for (const { type, data, metadata } of events) {
          if (!alone) await client.query('BEGIN')
          const content = [JSON.stringify(data), JSON.stringify(metadata)]
          await insert([++position, streamId, ++streamVersion, uuidv7(), type, ...content])
          if (!alone) await client.query('COMMIT')
        }
      }
    },
    close: () => client.end(),
  }
}
