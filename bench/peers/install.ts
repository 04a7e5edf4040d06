import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = import.meta.dirname
const INSTALLED = join(FOLDER, 'node_modules/@event-driven-io/emmett-postgresql/package.json')

/** Installs what the store is compared with, in this folder and nowhere else, if it is not there. */
export async function installPeers(tell: (text: string) => void): Promise<void> {
  if (existsSync(INSTALLED)) return
  tell('Emmett is not installed: npm ci in bench/peers')
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  const [code] = (await once(npm, 'exit')) as [number | null]
  if (code === 0 && existsSync(INSTALLED)) return
  throw new Error(
    `npm ci in ${FOLDER} failed, so nothing can be compared with Emmett. Run it there by hand, with a registry in reach; ` +
      '--only runs goals that do without',
  )
}
