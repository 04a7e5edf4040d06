import pg from 'pg'
import {
  EventStore as DirectStore,
  type EventStoreOptions,
  type EventTypes,
  type QueryablePool,
} from '../../src/index.ts'
import { directUrl, pooledOptions, pooledUrl } from './pooled-urls.ts'

export * from '../../src/index.ts'

/** A store whose connections go through the pooler, and whose sessions go past it. */
export class EventStore<Types extends EventTypes = EventTypes> extends DirectStore<Types> {
  constructor(options?: EventStoreOptions<Types>) {
    super(throughPooler(options))
  }
}

function throughPooler<Types extends EventTypes>(
  options: EventStoreOptions<Types> | undefined,
): EventStoreOptions<Types> | undefined {
  if (options === undefined) return environmentOptions()
  if (typeof options !== 'object' || options === null || options.embedded !== undefined) return options
  const pooled = pooledOptions(options)
  const url = pooled.connectionString ?? poolsUrl(options.pool) ?? environmentOptions()?.connectionString
  if (typeof url !== 'string' || directUrl(url) === url) return options
  const connectionString = options.pool ? undefined : url
  return { sessionConnectionString: directUrl(url), ...pooled, ...(connectionString && { connectionString }) }
}

function environmentOptions() {
  const url = process.env.DATABASE_URL
  if (url === undefined || pooledUrl(url) === url) return undefined
  return { connectionString: pooledUrl(url), sessionConnectionString: url }
}

/** What a pool connects to, if it is one of `pg`. */
function poolsUrl(pool: QueryablePool | undefined): string | undefined {
  return pool instanceof pg.Pool ? pool.options.connectionString : undefined
}
