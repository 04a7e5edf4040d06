import { EventStore, type EventStoreOptions, type EventTypes } from '../../src/index.ts'

let schemas = 0

/** A store in a schema of its own, whose `$all` is empty. */
export class FreshStore extends EventStore {
  readonly schema: string

  constructor(options: EventStoreOptions<EventTypes> & { readonly schema: string }) {
    super(options)
    this.schema = options.schema
  }
}

/** The name of a schema that no other test of this file has. */
export function freshSchema(): string {
  return `store_${++schemas}`
}

export async function freshStore(
  connectionString: string,
  options: EventStoreOptions<EventTypes> = {},
): Promise<FreshStore> {
  const store = new FreshStore({ connectionString, schema: freshSchema(), ...options })
  await store.migrate()
  return store
}
