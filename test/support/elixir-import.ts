import { randomUUID } from 'node:crypto'
import { commandLine, type Printed } from './command-line.ts'
import { ElixirStore } from './elixir-store.ts'
import type { ElixirTables } from './elixir-tables.ts'
import { withClient } from './run-sql.ts'

/** Makes an EventStore of Elixir's in a schema of its own, and resolves to the name of that. */
export function elixirSource(
  connectionString: string,
  tables: ElixirTables,
  build: (elixir: ElixirStore) => Promise<unknown> = async () => {},
): Promise<string> {
  const schema = `elixir_${randomUUID().slice(0, 8)}`
  return withClient(connectionString, async (client) => {
    await build(await ElixirStore.create(client, schema, tables))
    return schema
  })
}

/** Imports from a schema into another one of the same database. */
export function importElixir(
  connectionString: string,
  from: string,
  into: string,
  ...more: readonly string[]
): Promise<Printed> {
  const args = ['import-elixir', '--from', connectionString, '--from-schema', from, '--schema', into]
  return commandLine(connectionString, [...args, ...more])
}

/** Both, in the database of a test file. */
export function elixirImports(database: { readonly connectionString: string }) {
  return {
    source: (tables: ElixirTables, build?: (elixir: ElixirStore) => Promise<unknown>) =>
      elixirSource(database.connectionString, tables, build),
    importFrom: (schema: string, into: string, ...more: readonly string[]) =>
      importElixir(database.connectionString, schema, into, ...more),
  }
}

/** An event as the original stores it, with a number in it. */
export function countedEvent(n: number) {
  return { type: 'Elixir.Shop.Counted', data: `{"n":${n}}`, metadata: 'null' }
}
