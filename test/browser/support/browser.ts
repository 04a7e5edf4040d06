import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject } from 'vitest'
import type { OpenAdmin } from '../../support/admin-server.ts'
import { eventually } from '../../support/eventually.ts'

/** Milliseconds that the page may take for what a test waits for. */
const PATIENCE = 10_000

/** A page that somebody has open, and all that must not have happened in it. */
export interface Visit extends AsyncDisposable {
  readonly page: Page
  /** Errors of scripts, violations of the content security policy, and requests that left the server. */
  readonly problems: readonly string[]
  /** Goes to a view: `#/streams`. */
  go(hash: string): Promise<void>
  /** Keeps a picture where SCREENSHOTS says. */
  picture(name: string): Promise<void>
}

export interface Visitor {
  /** Opens a view, as somebody who was let in. Disposing fails if there were problems. */
  visit(admin: OpenAdmin, hash: string, options?: BrowserContextOptions): Promise<Visit>
  /** A page that was not let in. */
  stranger(options?: BrowserContextOptions): Promise<Page & AsyncDisposable>
}

/** The browser, for the tests of a file. */
export function useBrowser(): Visitor {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await chromium.connect(inject('browserEndpoint'))
  })
  afterAll(() => browser?.close())
  const open = () => {
    if (!browser) throw new Error('The browser is connected to in beforeAll: expected to be asked for it in a test')
    return browser
  }
  return {
    visit: (admin, hash, options) => visit(open(), admin, hash, options),
    async stranger(options) {
      const context = await open().newContext(options)
      const page = await context.newPage()
      return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() })
    },
  }
}

/** Waits until what is looked at is what is expected. */
export function becomes(look: () => Promise<unknown>, expected: unknown): Promise<void> {
  return eventually(async () => expect(await look()).toEqual(expected), { within: PATIENCE, every: 50 })
}

async function visit(
  browser: Browser,
  admin: OpenAdmin,
  hash: string,
  options?: BrowserContextOptions,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  const problems: string[] = []
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (!['data:', 'blob:'].includes(protocol) && origin !== admin.origin) problems.push(`left for ${request.url()}`)
  })
  page.on('pageerror', (error) => problems.push(String(error.stack ?? error)))
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    // What the network says is expected where a test takes the server or its database away.
    const { url } = message.location()
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(`${message.text()} ${url}`)
  })
  const separator = admin.cookie.indexOf('=')
  const cookie = { name: admin.cookie.slice(0, separator), value: admin.cookie.slice(separator + 1) }
  await context.addCookies([{ ...cookie, url: admin.origin, httpOnly: true, sameSite: 'Strict' }])
  const go = async (to: string) => {
    await page.goto(`${admin.origin}/${to}`)
  }
  await go(hash)
  return {
    page,
    problems,
    go,
    async picture(name) {
      const folder = process.env.SCREENSHOTS
      if (!folder) return
      await mkdir(folder, { recursive: true })
      await page.screenshot({ path: join(folder, `${name}.png`) })
    },
    async [Symbol.asyncDispose]() {
      await context.close()
      if (problems.length > 0) throw new Error(`Expected a page without problems, found:\n${problems.join('\n')}`)
    },
  }
}
