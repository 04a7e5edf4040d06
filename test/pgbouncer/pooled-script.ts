import * as direct from '../support/script.ts'
import { pooledUrl } from './pooled-urls.ts'

export type { Script, ScriptOptions } from '../support/script.ts'

/** Starts a script with URLs that lead through the pooler. */
export const startScript: typeof direct.startScript = (name, options = {}) =>
  direct.startScript(name, { ...options, args: options.args?.map(pooledUrl) ?? [] })

export const spawnScript: typeof direct.spawnScript = (name, options = {}) =>
  direct.spawnScript(name, { ...options, args: options.args?.map(pooledUrl) ?? [] })
