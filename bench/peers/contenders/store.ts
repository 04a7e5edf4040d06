import type { Diagnostic, EventStore } from '../../../src/index.ts'
import { importPackage } from '../../harness/compiled-package.ts'
import type { Appender } from './appender.ts'

/** Our store, as anybody would use it: its own pool of 10 connections, default options. */
export async function openStore(
  connectionString: string,
  onDiagnostic?: (diagnostic: Diagnostic) => void,
): Promise<EventStore> {
  const { EventStore } = await importPackage()
  const store = new EventStore({ connectionString, ...(onDiagnostic && { onDiagnostic }) })
  await store.migrate()
  return store
}

export function storeAppender(store: EventStore, name = 'store'): Appender {
  return {
    name,
    writer(stream) {
      let version = 0
      return async (events) => {
        const { streamVersion } = await store.append(stream, events, { expectedVersion: version })
        version = streamVersion
      }
    },
    close: () => store.close(),
  }
}
