import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const PROJECT = resolve(import.meta.dirname, '../..')
const CACHE = join(PROJECT, 'node_modules/.cache')

/** The worker and the library as JavaScript, in a folder that disposing removes. */
export interface CompiledWorker extends AsyncDisposable {
  readonly path: string
}

/** Compiles them, so that a process can be watched that does not carry a compiler along, as none does in production. */
export async function compileWorker(): Promise<CompiledWorker> {
  await mkdir(CACHE, { recursive: true })
  const folder = await mkdtemp(join(CACHE, 'pg-event-store-bench-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
    const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
    const args = ['-p', join(PROJECT, 'bench/tsconfig.worker.json'), '--outDir', folder]
    await promisify(execFile)(process.execPath, [compiler, ...args], { cwd: PROJECT })
  } catch (error) {
    await remove()
    throw error
  }
  return { path: join(folder, 'bench/workers/worker.js'), [Symbol.asyncDispose]: remove }
}
