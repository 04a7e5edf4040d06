import { Client } from 'pg'
import { showProgress } from '../bench/harness/progress.ts'
import { type Combination, nameOf } from './combinations.ts'
import { findNode, startPostgres } from './programs.ts'
import type { Result } from './result.ts'
import { runSuite } from './run.ts'
import { Tally } from './tally.ts'

interface RunOptions {
  readonly only: readonly string[]
  readonly signal: AbortSignal
}

/** Runs the test suite on one combination, on a server of its own. Never rejects: what goes wrong is part of the result. */
export async function runCombination(combination: Combination, { only, signal }: RunOptions): Promise<Result> {
  const began = performance.now()
  const progress = showProgress(nameOf(combination))
  const tally = new Tally(progress)
  let postgres = ''
  try {
    const node = await findNode(combination.node, signal)
    const server = await startPostgres(combination.postgres, signal)
    try {
      postgres = await askVersion(server.url)
      await runSuite({ node, url: server.url, only, name: nameOf(combination), signal, tally })
    } finally {
      await server.stop()
    }
  } catch (error) {
    tally.trouble ??= error instanceof Error ? error.message : String(error)
  } finally {
    progress.stop()
  }
  return { combination, postgres, ...tally.counts, seconds: (performance.now() - began) / 1_000 }
}

async function askVersion(connectionString: string): Promise<string> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 10_000, application_name: 'matrix' })
  await client.connect()
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
    return rows[0]?.server_version ?? ''
  } finally {
    await client.end()
  }
}
