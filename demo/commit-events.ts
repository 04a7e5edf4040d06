import type { NewEvent } from '../src/index.ts'
import type { Commit } from './git-history.ts'

/** The event types of the demo's store. */
export type CommitEvents = {
  CommitAuthored: Commit
  BranchesMerged: Commit
}

export const MERGES = 'merges'

/** A commit as an event. Its id is made of the commit's hash, so the store can tell that it has it already. */
export function toEvent(commit: Commit): NewEvent<CommitEvents> {
  return {
    id: toUuid(commit.hash),
    type: commit.parents.length > 1 ? 'BranchesMerged' : 'CommitAuthored',
    data: commit,
  }
}

/** The stream of a commit's author: named by the address, in the form that a stream's name may have. */
export function streamOf({ email, author }: Commit): string {
  const name = (email || author || 'unknown').replace(/\p{Cc}/gu, ' ').toWellFormed()
  return `author-${name.toLowerCase().slice(0, 200)}`
}

/** A UUID version 8 (RFC 9562, section 5.8) of the first bits of a hash. */
function toUuid(hash: string): string {
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-')
}
