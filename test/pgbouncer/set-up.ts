import { basename } from 'node:path'
import { afterAll, beforeEach, inject } from 'vitest'
import { asAdmin } from '../support/admin.ts'
import { eventually } from '../support/eventually.ts'
import { leftOutIn } from './left-out.ts'
import { runCommand } from './pgbouncer.ts'
import { pooledUrl } from './pooled-urls.ts'

beforeEach(({ task, skip }) => {
  const found = leftOutIn(inject('poolMode')).find(
    ({ file, test }) => basename(task.file.filepath) === file && task.fullTestName.startsWith(test ?? ''),
  )
  if (found) skip(found.reason)
})

/** In transaction mode a client that was left holds no server connection, by which the tests would find it. */
afterAll(async () => {
  const serverUrl = inject('serverUrl')
  await eventually(async () => {
    const clients = await runCommand(pooledUrl(serverUrl), 'SHOW CLIENTS')
    const { rows } = await asAdmin(serverUrl, (client) =>
      client.query<{ datname: string }>('SELECT datname FROM pg_database'),
    )
    const existing = new Set(['pgbouncer', ...rows.map(({ datname }) => datname)])
    const left = clients.filter(({ database }) => database !== undefined && !existing.has(database))
    if (left.length > 0)
      throw new Error(`Expected every client of the pooler to be closed, found ${JSON.stringify(left)}`)
  })
})
