import { EventStore } from '../event-store.ts'
import { checkSchemaState, readSchemaState } from '../migrations/schema-state.ts'
import { type Operations, openOperations } from '../operations/operations.ts'
import type { Serializer } from '../options.ts'
import type { CommandContext } from './command.ts'
import type { ExitCode } from './failure.ts'
import { type Target, withTarget } from './target.ts'

/** What a command works on that looks into a store. */
export interface OpenStore {
  readonly store: EventStore
  readonly operations: Operations
  readonly target: Target
}

/** Works with the store that the settings name, of whichever payload it is. Rejects when its schema is not of this version. */
export function withStore(
  { settings, signal, output }: CommandContext,
  work: (open: OpenStore) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withTarget(settings, signal, async (target) => {
    const { connectionString, schema } = target.options
    await using operations = openOperations(connectionString, schema)
    const state = await readSchemaState(operations.query, schema)
    const payload = state.payload ?? target.options.payload
    checkSchemaState(state, { schema, payload })
    await using store = new EventStore({
      connectionString,
      schema,
      payload,
      enableHardDeletes: true, // whoever may run this may delete; the command asks
      ...(payload === 'bytea' && { serializer: TOLERANT }),
      onDiagnostic: (diagnostic) => {
        if (diagnostic.type === 'read-failed')
          output.note(`Reading failed, and is tried again: ${diagnostic.error.message}`)
        if (diagnostic.type === 'polling') output.note(`New events are looked for every second: ${diagnostic.reason}`)
      },
    })
    return await work({ store, operations, target }) // before they are closed
  })
}

/** JSON where the bytes are JSON; other bytes are shown as hexadecimal digits. */
const TOLERANT: Serializer = {
  serialize: (value) => JSON.stringify(value),
  deserialize(content) {
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content as Uint8Array))
    } catch {
      return { bytes: Buffer.from(content as Uint8Array).toString('hex') }
    }
  },
}
