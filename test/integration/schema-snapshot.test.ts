import { describe, expect, test } from 'vitest'
import { migrate } from '../../src/migrations/index.ts'
import type { Payload } from '../../src/options.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { describeSchema } from '../support/describe-schema.ts'

const database = useDatabase(emptyTestDatabase)

/** To accept a change of the schema: run the tests with `--update`, and read the difference. */
describe('the schema that the migrations make', () => {
  test('is the one that is written down', async () => {
    await expect(await describeMigrated('described')).toMatchFileSnapshot('schema.txt')
  })

  test.each(['jsonb', 'bytea'] as const)('differs with payload %s only where it must', async (payload) => {
    const json = await describeMigrated('described')
    const other = await describeMigrated(`described_${payload}`, payload)
    await expect(differences(json, other)).toMatchFileSnapshot(`schema-${payload}.txt`)
  })

  test('is the same whatever its name', async () => {
    expect(await describeMigrated('My "schema" $body$ \\ ?')).toBe(await describeMigrated('described'))
  })
})

async function describeMigrated(schema: string, payload: Payload = 'json'): Promise<string> {
  const { connectionString } = database
  await migrate({ connectionString, schema, payload })
  return describeSchema(connectionString, schema)
}

/** The lines that are not the same. */
function differences(text: string, other: string): string {
  const [lines, otherLines] = [text.split('\n'), other.split('\n')]
  expect(otherLines).toHaveLength(lines.length)
  return lines
    .map((line, index) => (line === otherLines[index] ? '' : `- ${line.trim()}\n+ ${otherLines[index]?.trim()}\n\n`))
    .join('')
}
