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
