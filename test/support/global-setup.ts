import type { TestProject } from 'vitest/node'
import { startTestRun, type TestRun } from './test-run.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A server whose databases the tests may create and drop. Never logged: it carries a password. */
    readonly serverUrl: string
    /** A database in which the migrations were run. */
    readonly templateDatabase: string
    /** Part of the name of every database of this run. */
    readonly runId: string
  }
}

interface SharedRun {
  readonly run: Promise<TestRun>
  users: number
}

/** Vitest loads and calls this file once for each project; all of them share one run. */
const shared = globalThis as typeof globalThis & { eventStoreTestRun?: SharedRun | undefined }

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.eventStoreTestRun ??= { run: startTestRun(), users: 0 }
  const sharedRun = shared.eventStoreTestRun
  const { serverUrl, templateDatabase, runId, stop } = await sharedRun.run
  sharedRun.users++
  project.provide('serverUrl', serverUrl)
  project.provide('templateDatabase', templateDatabase)
  project.provide('runId', runId)
  return async () => {
    sharedRun.users--
    if (sharedRun.users > 0) return
    shared.eventStoreTestRun = undefined
    await stop()
  }
}
