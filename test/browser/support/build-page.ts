import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../../..')
const SOURCES = join(ROOT, 'src/admin/page')
const BUILT = join(ROOT, 'dist/admin/page/index.html')

/** Builds the page when it was not, or when its sources have changed since. */
export async function buildPage(): Promise<void> {
  if ((await changedAt(BUILT)) >= (await newest())) return
  const { build } = await import('vite')
  await build({ configFile: join(SOURCES, 'vite.config.ts'), logLevel: 'warn' })
}

async function newest(): Promise<number> {
  const files = await readdir(SOURCES, { recursive: true })
  const times = await Promise.all(
    [...files.map((file) => join(SOURCES, file)), join(ROOT, 'package.json')].map(changedAt),
  )
  return Math.max(...times)
}

async function changedAt(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? 0
}
