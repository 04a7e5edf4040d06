import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Where the compiled files find the package's dependencies, and where nobody else looks. */
const PLACE = join(ROOT, 'node_modules/.cache/bench-peers')

/** Compiles the package as it is published. Resolves to the address of its index, for a process without a TypeScript loader. */
export async function compiledPackage(): Promise<string> {
  const compiler = join(createRequire(import.meta.url).resolve('typescript'), '../tsc.js')
  const index = join(PLACE, 'index.js')
  const args = [
    '-p',
    join(ROOT, 'tsconfig.build.json'),
    '--outDir',
    PLACE,
    '--declaration',
    'false',
    '--sourceMap',
    'false',
  ]
  await promisify(execFile)(process.execPath, [compiler, ...args], { cwd: ROOT }).catch((error: Error) => {
    if (!existsSync(index)) throw error // wrong types do not keep it from being compiled
  })
  return pathToFileURL(index).href
}
