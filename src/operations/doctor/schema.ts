import { type Migration, readSchemaState } from '../../migrations/schema-state.ts'
import type { Payload } from '../../options.ts'
import { advice, failure, type Judgement, ok, warning } from './finding.ts'
import type { Place } from './place.ts'
import { type ObjectDifferences, readDifferences } from './schema-objects.ts'
import { some, sqlName } from './words.ts'

export interface SchemaFacts {
  readonly schema: string
  /** Those of this version of the library, then those that it does not know. */
  readonly migrations: readonly Migration[]
  /** How many of them this version knows. */
  readonly known: number
  /** Null where there is no store. */
  readonly payload: Payload | null
  /** What is not as the migrations made it; undefined where they were not all run. */
  readonly differences: ObjectDifferences | undefined
}

export async function readSchema(place: Place, known: number): Promise<SchemaFacts> {
  const { migrations, payload } = await readSchemaState(place.query, place.schemaName)
  const current = migrations.length === known && migrations.every(({ appliedAt }) => appliedAt !== null)
  return {
    schema: place.schemaName,
    migrations,
    known,
    payload,
    differences: current && payload ? await readDifferences(place, payload) : undefined,
  }
}

export function judgeSchema(facts: SchemaFacts): readonly Judgement[] {
  const { migrations, known, payload, differences } = facts
  const schema = sqlName(facts.schema)
  const command = (name: string) => `\`eventstore ${name} --schema ${schema}\``
  if (migrations.every(({ appliedAt }) => appliedAt === null)) {
    return [
      failure(
        `Schema ${schema} holds no event store.`,
        `Create it with ${command('setup')}, or name another with --schema.`,
      ),
    ]
  }
  const newer = migrations.slice(known).map(({ name }) => name)
  if (newer.length > 0) {
    return [
      failure(
        `Schema ${schema} is newer than this version of the library: it has ${some(newer)}.`,
        'Install the version that made it: npm install pg-event-store@latest.',
      ),
    ]
  }
  const pending = migrations.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name)
  if (pending.length > 0) {
    return [
      failure(
        `Schema ${schema} is older than this version of the library: ${some(pending)} pending.`,
        `Bring it up to date with ${command('migrate')}.`,
      ),
    ]
  }
  const last = migrations.at(-1)?.name
  const option = payload === 'json' ? '' : `; stores open it with { payload: '${payload}' }`
  return [
    ok(`Schema ${schema} is up to date (${last})${option}.`),
    ...(differences ? judgeDifferences(differences) : []),
  ]
}

function judgeDifferences({ missing, changed, unprotected, foreign }: ObjectDifferences): readonly Judgement[] {
  return [
    ...(missing.length > 0
      ? [
          failure(
            `The schema lacks ${some(missing)}.`,
            'Restore it from a backup, or export the events into a new schema.',
          ),
        ]
      : []),
    ...(changed.length > 0
      ? [
          warning(
            `${some(changed)} ${changed.length === 1 ? 'is' : 'are'} not as the migrations made ${changed.length === 1 ? 'it' : 'them'}.`,
            'Find out who changed that and why; a later migration may undo it, or fail.',
          ),
        ]
      : []),
    ...(unprotected.length > 0
      ? [
          warning(
            `The trigger that refuses to change what is stored is off or gone on ${some(unprotected)}.`,
            'Turn it on again: ALTER TABLE … ENABLE TRIGGER protect.',
          ),
        ]
      : []),
    ...(foreign.length > 0
      ? [
          advice(
            `Somebody's own ${some(foreign)} run with every append, while others wait for it.`,
            'Do such work in a subscription, if it need not be part of the append.',
          ),
        ]
      : []),
  ]
}
