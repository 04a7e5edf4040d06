import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Where the compiled files find the package's dependencies, and where nobody else looks. */
const PLACE = join(ROOT, 'node_modules/.cache/pg-event-store-compiled')
/** Tells the processes that are started where it is. */
const VARIABLE = 'BENCH_COMPILED_PACKAGE'

/** The package compiled as it is published: what a TypeScript loader makes of it is slower. */
export async function importPackage(): Promise<typeof import('../../src/index.ts')> {
  return import(await compiledPackage())
}

/** Compiles the package, once for a run. Resolves to the address of its index. */
export async function compiledPackage(): Promise<string> {
  const known = process.env[VARIABLE]
  if (known) return known
  const compiler = join(createRequire(import.meta.url).resolve('typescript'), '../tsc.js')
  const index = join(PLACE, 'index.js')
  const project = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', PLACE]
  const options = ['--declaration', 'false', '--sourceMap', 'false']
  await promisify(execFile)(process.execPath, [compiler, ...project, ...options], { cwd: ROOT }).catch(
    (error: Error) => {
      if (!existsSync(index)) throw error // wrong types do not keep it from being compiled
    },
  )
  process.env[VARIABLE] = pathToFileURL(index).href
  return process.env[VARIABLE]
}
