import { uuidv7 } from '../../../src/util/uuid.ts'
import type { Appender } from './appender.ts'
import { COLUMNS } from './ceiling-table.ts'
import type { Client } from './driver.ts'

/**
 * One row in a transaction of its own, as fast as the driver does it: a prepared statement, sent by itself, which is its own
 * transaction. Inside the measured time: a new id, JSON, the round trip with its flush. It checks nothing, and has to be alone, as
 * it counts positions here.
 */
export function inserter(client: Client): Appender {
  let position = 0
  let streams = 0
  return {
    name: 'INSERT',
    writer() {
      const streamId = ++streams
      let streamVersion = 0
      return async (events) => {
        for (const { type, data, metadata } of events) {
          await client.query({
            name: 'insert',
            text: `
              INSERT INTO ceiling (${COLUMNS})
              VALUES ($1, $2, $3, date_trunc('milliseconds', clock_timestamp()), $4, NULL, NULL, $5, $6, $7)`,
            values: [
              ++position,
              streamId,
              ++streamVersion,
              uuidv7(),
              type,
              JSON.stringify(data),
              JSON.stringify(metadata),
            ],
          })
        }
      }
    },
    close: () => client.end(),
  }
}
