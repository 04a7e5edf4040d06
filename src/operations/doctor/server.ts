import { advice, failure, type Judgement, ok, warning } from './finding.ts'
import type { Place } from './place.ts'

export interface ServerFacts {
  /** As in `15.18`, and as in 150018. */
  readonly version: string
  readonly number: number
  readonly packageVersion: string
  readonly standby: boolean
  /** Whether transactions of this role are read-only unless they say otherwise. */
  readonly readOnly: boolean
  readonly encoding: string
}

const OLDEST = 13
const NEWEST_TESTED = 18

export async function readServer({ query, packageVersion }: Place): Promise<ServerFacts> {
  const [row] = await query<Record<string, string>>({
    text: `
      SELECT split_part(current_setting('server_version'), ' ', 1) AS version, current_setting('server_version_num') AS number,
        current_setting('server_encoding') AS encoding, pg_is_in_recovery()::text AS standby,
        (SELECT s.reset_val FROM pg_settings s WHERE s.name = 'default_transaction_read_only') AS read_only`,
  })
  return {
    version: row?.version ?? '',
    number: Number(row?.number),
    packageVersion,
    standby: row?.standby === 'true',
    readOnly: row?.read_only === 'on',
    encoding: row?.encoding ?? '',
  }
}

export function judgeServer(facts: ServerFacts): readonly Judgement[] {
  return [judgeVersion(facts), ...[judgeWritable(facts), judgeEncoding(facts)].filter((each) => each !== undefined)]
}

function judgeVersion({ version, number, packageVersion }: ServerFacts): Judgement {
  const major = Math.floor(number / 10_000)
  const both = `PostgreSQL ${version}, pg-event-store ${packageVersion}`
  if (major < OLDEST) {
    return failure(`${both}: this server is too old.`, `Use PostgreSQL ${OLDEST} or newer.`)
  }
  if (major > NEWEST_TESTED) {
    return advice(
      `${both}: this server is newer than what the library was tested with.`,
      `See whether there is a newer version of the library; it was tested up to PostgreSQL ${NEWEST_TESTED}.`,
    )
  }
  return ok(`${both}.`)
}

function judgeWritable({ standby, readOnly }: ServerFacts): Judgement | undefined {
  if (standby) {
    return failure(
      'The server is a standby: it refuses every append, and LISTEN.',
      'Connect to the primary: name all hosts in the URL, with target_session_attrs=read-write (docs/failover.md).',
    )
  }
  if (!readOnly) return undefined
  return failure(
    'default_transaction_read_only is on: every append is refused.',
    'Turn it off for this role and database, if the store is to be written to.',
  )
}

function judgeEncoding({ encoding }: ServerFacts): Judgement | undefined {
  if (encoding === 'UTF8') return undefined
  return warning(
    `The database has the encoding ${encoding}: what that cannot hold is refused.`,
    'Move the store to a database with the encoding UTF8.',
  )
}
