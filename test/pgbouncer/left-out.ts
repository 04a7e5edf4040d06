/** What is not run through the pooler, and why: a file, or the tests of it whose full name begins so. */
export interface LeftOut {
  readonly file: string
  /** As in `describe > test`. @default every test of the file */
  readonly test?: string
  /** @default both */
  readonly mode?: 'transaction' | 'session'
  readonly reason: string
}

const OWN_SERVER = 'it has a server of its own, to which no pooler leads'
const OTHER_PROCESS = 'it runs programs, not the store of this process'
const COPIES = 'whether a COPY is worth it depends on the round trip, which is longer through a pooler'

const LEFT_OUT: readonly LeftOut[] = [
  { file: 'embedded.test.ts', reason: OWN_SERVER },
  { file: 'tls.test.ts', reason: OWN_SERVER },
  { file: 'bench.test.ts', reason: OTHER_PROCESS },
  { file: 'demo.test.ts', reason: OTHER_PROCESS },
  { file: 'package.test.ts', reason: OTHER_PROCESS },
  ...['in a group that is copied', 'in a large append that is copied'].flatMap((path) => [
    { file: 'append-paths.test.ts', test: `an append ${path} > is stored by the statements`, reason: COPIES },
    ...['json', 'jsonb', 'bytea'].map((payload) => ({
      file: 'append-paths-content.test.ts',
      test: `into ${payload} columns, ${path} > a megabyte of data`,
      reason: COPIES,
    })),
  ]),
  {
    file: 'database-settings.test.ts',
    test: 'on a database that is read-only > writes are DatabaseError',
    reason: "the pooler's connections are older than the ALTER DATABASE that makes it so",
  },
  {
    file: 'lost-connections.test.ts',
    test: 'connections that the server ends > while they are idle',
    mode: 'transaction',
    reason: 'an idle client of the pooler has no server connection, and loses nothing',
  },
  {
    file: 'security-secrets.test.ts',
    test: 'a password > is not told when connections are lost',
    mode: 'transaction',
    reason: 'an idle client of the pooler has no server connection, and loses nothing',
  },
]

/** What is left out in a mode. */
export function leftOutIn(mode: 'transaction' | 'session'): readonly LeftOut[] {
  return LEFT_OUT.filter((each) => (each.mode ?? mode) === mode)
}
