import type { TestProject } from 'vitest/node'
import startServer from '../support/global-setup.ts'
import { type PoolMode, startPgBouncer } from './pgbouncer.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** `127.0.0.1:port` of the pooler of this project. */
    readonly poolerHost: string
    readonly poolMode: PoolMode
  }
}

/** A server for all projects, and a pooler for each: its mode is the project's name. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const mode: PoolMode = project.name === 'session' ? 'session' : 'transaction'
  let serverUrl = ''
  const stopServer = await startServer({
    provide(key: string, value: string) {
      if (key === 'serverUrl') serverUrl = value
      project.provide(key as 'serverUrl', value)
    },
  } as TestProject)
  try {
    const pooler = await startPgBouncer(serverUrl, { mode })
    project.provide('poolerHost', pooler.host)
    project.provide('poolMode', mode)
    return async () => {
      await pooler[Symbol.asyncDispose]()
      await stopServer()
    }
  } catch (error) {
    await stopServer()
    throw error
  }
}
