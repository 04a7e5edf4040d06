import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../../src/migrations/index.ts'
import { emptyTestDatabase } from '../../support/database.ts'
import { type Complaint, compile, compiledPath } from './compile.ts'
import { PROJECT } from './page.ts'
import type { Program } from './program.ts'
import { type Run, runProgram } from './run-program.ts'

/** Programs that run at once: most of the time each waits for the server, or the server for it. */
const AT_ONCE = 2

/** What became of the programs, by page. */
export interface Runs {
  readonly complaints: readonly Complaint[]
  of(program: Program): Promise<Run>
  /** Resolves when all have ended, and removes what they were compiled to. */
  close(): Promise<void>
}

/** Compiles all programs together, and begins to run them, each with a database of its own in which a store is ready. */
export async function runAll(programs: readonly Program[]): Promise<Runs> {
  const folder = await mkdtemp(join(tmpdir(), 'event-store-docs-'))
  await chmod(folder, 0o755) // an embedded server that is started by root runs as somebody else
  const complaints = compile(new Map(programs.flatMap(({ files }) => [...files])), folder)
  const runs = new Map<Program, Promise<Run>>()
  const lanes = new Array<Promise<unknown>>(AT_ONCE).fill(Promise.resolve())
  for (const [index, program] of programs.entries()) {
    const run = (lanes[index % AT_ONCE] ?? Promise.resolve()).then(() => runOnDatabase(program, folder))
    lanes[index % AT_ONCE] = run.catch(() => {}) // whoever asks for it hears of it
    runs.set(program, run)
  }
  return {
    complaints,
    of: (program) => runs.get(program) ?? Promise.reject(new Error(`There is no program of ${program.page}`)),
    async close() {
      await Promise.all(lanes)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function runOnDatabase({ main, page }: Program, folder: string): Promise<Run> {
  const database = await emptyTestDatabase()
  try {
    await migrate({ connectionString: database.connectionString })
    const run = await runProgram(compiledPath(main, folder), database.connectionString)
    // The lines of its main file are those of the page.
    return { ...run, error: run.error?.replaceAll(folder, PROJECT).replaceAll(main, page) }
  } finally {
    await database.drop()
  }
}
