import { NEWEST_POSTGRES, NODE, OLDEST_NODE, POSTGRES, type Version } from './versions.ts'

/** What the test suite is run on. */
export interface Combination {
  readonly postgres: Version
  readonly node: Version
}

/** Majors that were asked for; undefined for those that were not spoken of. */
export interface Choice {
  readonly postgres?: readonly string[] | undefined
  readonly node?: readonly string[] | undefined
}

/**
 * Every PostgreSQL on the oldest Node, and the newest PostgreSQL on the others. Of a choice every PostgreSQL on every Node; when only
 * one of the two is chosen, with the oldest Node or the newest PostgreSQL. Throws for a version that is not pinned.
 *
 * @example
 * chooseCombinations({ postgres: ['13', '14'] }) // both on Node 20
 */
export function chooseCombinations({ postgres, node }: Choice): readonly Combination[] {
  if (!postgres && !node) return defaults()
  const nodes = node ? pick('--node', NODE, node) : [OLDEST_NODE]
  const servers = postgres ? pick('--postgres', POSTGRES, postgres) : [NEWEST_POSTGRES]
  return servers.flatMap((server) => nodes.map((of) => ({ postgres: server, node: of })))
}

/** `PostgreSQL 13 on Node 20`. */
export function nameOf({ postgres, node }: Combination): string {
  return `PostgreSQL ${postgres.major} on Node ${node.major}`
}

function defaults(): readonly Combination[] {
  const newer = NODE.filter(({ major }) => major !== OLDEST_NODE.major)
  return [
    ...POSTGRES.map((postgres) => ({ postgres, node: OLDEST_NODE })),
    ...newer.map((node) => ({ postgres: NEWEST_POSTGRES, node })),
  ]
}

function pick(option: string, pinned: readonly Version[], majors: readonly string[]): readonly Version[] {
  return [...new Set(majors)].map((wanted) => {
    const found = pinned.find(({ major }) => major === wanted)
    if (found) return found
    const known = pinned.map(({ major }) => major).join(', ')
    throw new Error(`${option} must name versions of ${known}, with commas between; found ${JSON.stringify(wanted)}`)
  })
}
