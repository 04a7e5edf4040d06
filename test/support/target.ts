import { type Diagnostic, EventStore, type EventStoreOptions, type EventTypes } from '../../src/index.ts'
import { type FreshStore, freshStore } from './fresh-store.ts'
import { newEvents } from './new-events.ts'

/** What may be followed or subscribed to. The numbers of its events begin at 1 and say `data.n`. */
export const KINDS = ['$all', 'a stream', 'a stream of links'] as const
export type Kind = (typeof KINDS)[number]

/** A store, and a stream in it which grows by `append`. */
export class Target implements AsyncDisposable {
  readonly kind: Kind
  readonly store: FreshStore
  readonly stream: string
  /** Everything that the store and its siblings told. */
  readonly diagnostics: Diagnostic[]
  readonly #connectionString: string
  readonly #siblings: EventStore[] = []
  #appended = 0

  constructor(kind: Kind, store: FreshStore, connectionString: string, diagnostics: Diagnostic[]) {
    this.kind = kind
    this.store = store
    this.stream = kind === '$all' ? '$all' : kind === 'a stream' ? 's' : 'links'
    this.diagnostics = diagnostics
    this.#connectionString = connectionString
  }

  /** Lets the stream grow, through this store or another. */
  async append(count = 1, through: EventStore = this.store): Promise<void> {
    const first = this.#appended + 1
    this.#appended += count
    const events = newEvents(count, first)
    if (this.kind !== 'a stream of links') {
      await through.append('s', events, { expectedVersion: 'any' })
      return
    }
    const ids = events.map(() => crypto.randomUUID())
    const withIds = events.map((event, index) => ({ ...event, id: ids[index] }))
    await through.append('source', withIds, { expectedVersion: 'any' })
    await through.link(this.stream, ids, { expectedVersion: 'any' })
  }

  /** Another store on the same schema, as another process would have it. */
  sibling(options: EventStoreOptions<EventTypes> = {}): EventStore {
    const { schema } = this.store
    const connectionString = this.#connectionString
    const onDiagnostic = (diagnostic: Diagnostic) => this.diagnostics.push(diagnostic)
    const sibling = new EventStore({ connectionString, schema, onDiagnostic, enableHardDeletes: true, ...options })
    this.#siblings.push(sibling)
    return sibling
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.store, ...this.#siblings].map((store) => store.close()))
  }
}

/** A target in a store of its own. Its numbers differ from those of `$all`, unless that is what it is. */
export async function openTarget(
  kind: Kind,
  connectionString: string,
  options: EventStoreOptions<EventTypes> = {},
): Promise<Target> {
  const diagnostics: Diagnostic[] = []
  const store = await freshStore(connectionString, {
    enableHardDeletes: true,
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    ...options,
  })
  if (kind !== '$all') await store.append('other', newEvents(3), { expectedVersion: 'no-stream' })
  return new Target(kind, store, connectionString, diagnostics)
}
