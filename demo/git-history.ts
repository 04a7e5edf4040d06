import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

export interface Commit {
  readonly hash: string
  readonly parents: readonly string[]
  readonly author: string
  readonly email: string
  /** ISO 8601, with the author's time zone. */
  readonly authoredAt: string
  readonly subject: string
}

const run = promisify(execFile)

/** A line a commit; the separator cannot stand in any of the fields but the last. */
const FORMAT = ['%H', '%P', '%an', '%ae', '%aI', '%s'].join('%x00')

/** The top folder of the repository that a path is in. Rejects with a sentence when there is none, or no commit yet. */
export async function findRepository(path: string): Promise<string> {
  try {
    const { stdout } = await run('git', ['-C', path, 'rev-parse', '--show-toplevel'])
    await run('git', ['-C', path, 'rev-parse', '--verify', 'HEAD'])
    return stdout.trim()
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const reason = missing ? 'git is not installed' : `${path} is not a git repository with commits`
    throw new Error(`${reason}. Name one: npm run demo -- path/of/a/repository`, { cause })
  }
}

export async function countCommits(repository: string): Promise<number> {
  const { stdout } = await run('git', ['-C', repository, 'rev-list', '--count', 'HEAD'])
  return Number(stdout)
}

/** Every commit that HEAD descends from, parents before children. */
export async function* readCommits(repository: string): AsyncGenerator<Commit> {
  const arguments_ = ['-C', repository, 'log', '--topo-order', '--reverse', '--encoding=UTF-8', `--format=${FORMAT}`]
  const git = spawn('git', arguments_, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve, reject) => git.on('error', reject).on('close', resolve))
  try {
    for await (const line of createInterface({ input: git.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
      const [hash = '', parents = '', author = '', email = '', authoredAt = '', subject = ''] = line.split('\0')
      yield { hash, parents: parents === '' ? [] : parents.split(' '), author, email, authoredAt, subject }
    }
    const status = await ended
    if (status !== 0) throw new Error(`git log of ${repository} ended with status ${status}`)
  } finally {
    git.kill()
  }
}
