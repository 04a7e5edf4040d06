import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { removeAbandoned, temporaryName } from '../src/postgres/embedded/temporary.ts'

/** Where everything is that the matrix downloads and writes; `npm ci` removes it. */
export const CACHE = fileURLToPath(new URL('../node_modules/.cache/matrix', import.meta.url))

const TEMPORARY_PREFIX = 'installing-'
const OPTIONS = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']

/**
 * Installs one version of a package into a folder of its own, once; resolves to the package's folder. It is renamed into place when
 * it is complete, so a kill half-way leaves nothing that would be taken for it.
 */
export async function installOnce(name: string, version: string, signal: AbortSignal): Promise<string> {
  const folder = join(CACHE, `${name.replaceAll('/', '+')}@${version}`)
  const installed = join(folder, 'node_modules', name)
  if (existsSync(join(installed, 'package.json'))) return installed
  console.log(`Downloading ${name} ${version}`)
  const temporary = join(CACHE, temporaryName(TEMPORARY_PREFIX))
  await mkdir(dirname(temporary), { recursive: true })
  await removeAbandoned(CACHE, TEMPORARY_PREFIX)
  try {
    await mkdir(temporary)
    await install(temporary, `${name}@${version}`, signal)
    await rename(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    if (!existsSync(join(installed, 'package.json'))) throw error
  }
  return installed
}

async function install(folder: string, what: string, signal: AbortSignal): Promise<void> {
  try {
    await promisify(execFile)('npm', ['install', '--prefix', folder, ...OPTIONS, what], { cwd: folder, signal })
  } catch (cause) {
    const output = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : ''
    throw new Error(`npm could not install ${what} for ${process.platform}: ${output || String(cause)}`, { cause })
  }
}
