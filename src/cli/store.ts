import { EventStore } from '../event-store.ts'
import { checkSchemaState, readSchemaState } from '../migrations/schema-state.ts'
import { type Operations, openOperations } from '../operations/operations.ts'
import type { CommandContext } from './command.ts'
import { ConnectionNews } from './connection-news.ts'
import { type ExitCode, Interruption } from './failure.ts'
import { serializerFor } from './json-text.ts'
import { type Target, withTarget } from './target.ts'

/** Milliseconds that an operation may take, also of much data over a slow connection; whoever waits can interrupt it. */
export const PATIENCE = 120_000

/** What a command works on that looks into a store. */
export interface OpenStore {
  readonly store: EventStore
  readonly operations: Operations
  readonly target: Target
}

interface StoreOptions {
  /** How the data of events is read: parsed, or as a `JsonText`. @default 'parsed' */
  readonly data?: 'parsed' | 'to-the-letter'
}

/** For commands that show data, and do nothing else with it. */
export const TO_THE_LETTER: StoreOptions = { data: 'to-the-letter' }

/** Works with the store that the settings name, of whichever payload it is. Rejects when its schema is not of this version. */
export function withStore(
  { settings, signal, output }: CommandContext,
  work: (open: OpenStore) => Promise<ExitCode>,
  { data = 'parsed' }: StoreOptions = {},
): Promise<ExitCode> {
  const news = new ConnectionNews((sentence) => output.note(sentence))
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
      serializer: serializerFor(payload, data),
      onDiagnostic: (diagnostic) => news.hear(diagnostic),
    })
    return await work({ store, operations, target }) // before they are closed
  })
}

/** The same for work that changes something: interrupted once it has called `begin`, it may have been done all the same. */
export async function changingStore(
  context: CommandContext,
  work: (open: OpenStore, begin: () => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  let begun = false
  const begin = () => {
    begun = true
  }
  try {
    return await withStore(context, (open) => work(open, begin))
  } catch (error) {
    if (begun && error instanceof Interruption)
      context.output.note('It may have been done all the same: look at the stream before you repeat it.')
    throw error
  }
}
