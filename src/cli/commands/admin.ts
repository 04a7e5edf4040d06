import { once } from 'node:events'
import { startAdminServer } from '../../admin/server.ts'
import { readSchemaState } from '../../migrations/schema-state.ts'
import { openBoundedOperations } from '../../operations/bounded-operations.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { type ExitCode, UsageError } from '../failure.ts'
import { integerOf } from '../numbers.ts'
import { withStore } from '../store.ts'

const LARGEST_PORT = 65_535

/** `eventstore admin`. */
export const admin: CommandDefinition = {
  usage: 'admin',
  description: 'serve a page that shows the store, to this machine alone, until it is interrupted',
  flags: (command) =>
    command
      .option('--port <n>', 'where to listen; a port that is free by default')
      .option('--allow-writes', 'let the page append, delete and reset; else it only looks'),
  examples: ['admin', 'admin --port 4000 --allow-writes'],
  endless: true,
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { command, flags, output, signal } = context
  const port = portOf(flags.port)
  const allowWrites = flags.allowWrites ?? false
  return withStore(context, async ({ store, operations: { query }, target }) => {
    const { connectionString, schema } = target.options
    const { payload } = await readSchemaState(query, schema)
    await using operations = openBoundedOperations(connectionString, schema)
    await using server = await startAdminServer({
      store,
      operations,
      payload: payload ?? target.options.payload,
      address: target.facts.server,
      database: target.facts.database,
      allowWrites,
      port,
      onFailure: (error) =>
        output.note(`A request failed unexpectedly: ${error instanceof Error ? error.message : String(error)}`),
    })
    output.show(server.url, { command, url: server.url, port: server.port, allowWrites })
    const may = allowWrites ? 'may change it' : 'only looks (--allow-writes lets it change things)'
    output.note(`The page shows ${target.schemaText}, and ${may}. Whoever has this URL is let in. Ctrl-C ends it.`)
    if (!signal.aborted) await once(signal, 'abort')
    return 0
  })
}

function portOf(text: string | undefined): number | undefined {
  const port = integerOf(text, '--port', 0)
  if (port === undefined || port <= LARGEST_PORT) return port
  throw new UsageError(`--port must be a whole number from 0 to ${LARGEST_PORT}, found ${port}.`)
}
