import { readFileSync } from 'node:fs'

/** The folder of this package: two levels up, compiled or not. */
const ROOT = new URL('../../', import.meta.url)

/** Where the page is when it was built. */
export const PAGE_FOLDER = new URL('dist/admin/page/', ROOT)

/** The version of this package. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'))
  return typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : 'unknown'
}
