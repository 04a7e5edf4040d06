import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { asAdmin, DATABASE_PREFIX } from './admin.ts'

/** A role without any rights of its own, with a password, and the URL by which it connects to a database. */
export interface TestRole {
  readonly name: string
  urlOf(connectionString: string): string
  drop(): Promise<void>
}

/** Roles belong to the whole server: whoever creates one drops it, after what it owns. */
export async function createTestRole(purpose: string): Promise<TestRole> {
  const name = `${DATABASE_PREFIX}${inject('runId')}_${purpose}_${randomBytes(4).toString('hex')}`
  await asAdmin(inject('serverUrl'), (client) =>
    client.query(`CREATE ROLE "${name}" LOGIN PASSWORD 'sesame' NOSUPERUSER NOCREATEDB NOCREATEROLE`),
  )
  return {
    name,
    urlOf(connectionString) {
      const url = new URL(connectionString)
      url.username = name
      url.password = 'sesame'
      return url.href
    },
    drop: () =>
      asAdmin(inject('serverUrl'), async (client) => void (await client.query(`DROP ROLE IF EXISTS "${name}"`))),
  }
}
