import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { PAGE_FOLDER } from './package.ts'
import { Refusal } from './refusal.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/** Folders and names of letters, digits, dashes and single dots: nothing that leads out of the folder. */
const SAFE_PATH = /^(?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)+$/
/** As the build names what changes its name with its content. */
const HASHED = /-[\w-]{8,}\.\w+$/

/** A file of the page. Rejects with a Refusal when there is none, or when the page was not built. */
export async function pageFile(path: string, folder: URL = PAGE_FOLDER): Promise<Response> {
  const name = path === '/' ? 'index.html' : path.slice(1)
  const type = TYPES[extname(name)]
  const content = type && SAFE_PATH.test(name) ? await contentOf(new URL(name, folder)) : undefined
  if (type && content) {
    const immutable = HASHED.test(name) && { 'Cache-Control': 'private, max-age=31536000, immutable' }
    return new Response(content, { headers: { 'Content-Type': type, ...immutable } })
  }
  if (path !== '/') throw new Refusal(404, 'NOT_FOUND', 'There is nothing here: the page is at /.')
  throw new Refusal(
    503,
    'NOT_BUILT',
    'The page is not there: it comes with the package, or is built by `npm run build`.',
  )
}

async function contentOf(file: URL): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(file))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}
