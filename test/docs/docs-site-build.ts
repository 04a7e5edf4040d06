import { execFile } from 'node:child_process'
import { createReadStream, existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { findChromium } from '../support/chromium.ts'
import { ROOT } from './docs-site-api.ts'

/** How the building of the site ended. */
export interface Built {
  readonly exitCode: number
  readonly output: string
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
}

/** What `npm run docs` does, into another folder, and to its end: warnings do not stop it. */
export function buildSite(folder: string): Promise<Built> {
  const patient = ['--treatWarningsAsErrors', 'false', '--treatValidationWarningsAsErrors', 'false']
  const program = [join(ROOT, 'node_modules/typedoc/bin/typedoc'), '--out', folder, ...patient]
  return new Promise((resolve) => {
    execFile(process.execPath, program, { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code ?? 1) : 0, output: stdout + stderr })
    })
  })
}

/** Serves a folder as any server of static files does. */
export async function serve(folder: string): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname))
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path)
    if (!existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server }
}

/** The browser of the tests; each file that asks for one closes it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}
