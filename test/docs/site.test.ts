import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { ROOT, readPublicApi } from './docs-site-api.ts'
import { type Built, buildSite, openBrowser, serve } from './docs-site-build.ts'
import { brokenLinks, isExternal, readSite, type Site } from './docs-site-pages.ts'

const api = readPublicApi()
const folder = mkdtempSync(join(tmpdir(), 'site-'))
let built: Built
let site: Site

beforeAll(async () => {
  built = await buildSite(folder)
  site = readSite(folder)
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the site', () => {
  test('is built without a warning', () => {
    expect(built.output).not.toMatch(/warning|error/i)
    expect(built.exitCode).toBe(0)
  })

  test('has a page for every export, with examples of functions and classes', () => {
    const exported = api.filter(({ name }) => /^\w+$/.test(name))
    const missing = exported.filter(({ name, needsExample }) => {
      const page = [...site.values()].find(({ path }) => path.endsWith(`.${name}.html`))
      return !page || (needsExample && !page.html.includes('tsd-tag-example'))
    })
    expect(exported.length).toBeGreaterThan(50)
    expect(missing.map(({ name }) => name)).toEqual([])
  })

  test('shows every operation of a store as a method with an example', () => {
    const page = [...site.values()].find(({ path }) => path.endsWith('.EventStore.html'))
    const methods = api.filter(({ name, needsExample }) => needsExample && /^EventStore\.\w/.test(name))
    const examples = page?.html.match(/tsd-tag-example/g) ?? []
    expect(methods.length).toBeGreaterThan(15)
    expect(examples.length).toBeGreaterThan(methods.length)
  })

  test('has a page for every guide and every example', () => {
    const guides = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'))
    const examples = readdirSync(join(ROOT, 'examples')).filter((file) => /^\d.*\.ts$/.test(file))
    const expected = [...guides.map((file) => `docs/${file}`), ...examples.map((file) => `examples/${file}`)]
    expect(expected.filter((path) => !site.has(path.replace(/\.\w+$/, '.html')))).toEqual([])
  })

  test('begins as the README does', () => {
    const [title = ''] = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n')
    expect(site.get('index.html')?.html).toMatch(new RegExp(`<h1[^>]*>${title.slice(2)}`))
  })

  test('has no link that leads nowhere', () => {
    const files = new Set(
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.\w+$|LICENSE/.test(file)),
    )
    const broken = [...site.values()].flatMap((page) =>
      brokenLinks(site, files, page).map((link) => `${page.path} → ${link}`),
    )
    expect(site.size).toBeGreaterThan(80)
    expect(broken).toEqual([])
  })

  test('loads nothing from elsewhere: only links to click lead out', () => {
    const loads = /<(?:link|script|img|iframe|source)\b[^>]*\s(?:href|src)="([^"]*)"/g
    const pages = [...site.values()].map(({ path, html }) => ({
      path,
      loads: Array.from(html.matchAll(loads), ([, url = '']) => url),
    }))
    expect(pages.filter(({ loads }) => loads.some(isExternal))).toEqual([])
    const styles = readdirSync(join(folder, 'assets')).filter((file) => file.endsWith('.css'))
    const imports = styles.filter((file) =>
      /@import|url\(["']?https?:/.test(readFileSync(join(folder, 'assets', file), 'utf8')),
    )
    expect(imports).toEqual([])
  })
})

describe('the site in a browser', () => {
  let browser: Browser
  let server: Server
  let served: string

  beforeAll(async () => {
    const started = await serve(folder)
    server = started.server
    served = started.url
    browser = await openBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  const places = [
    ['from a server', () => served],
    ['from a disk', () => `${pathToFileURL(folder).href}/`],
  ] as const

  test.each(places)('asks no other host, and complains of nothing, %s', async (_, base) => {
    await using page = await openPage(browser)
    const pages = [...site.keys()].filter((path) => /^index|\.EventStore\.html|docs\/getting|examples\/01/.test(path))
    for (const path of pages) {
      await page.show(base() + path)
      await page.tab.waitForSelector('.tsd-navigation a')
    }
    expect(pages.length).toBeGreaterThan(3)
    expect(page.requests.length).toBeGreaterThan(10)
    expect(page.requests.filter((url) => !url.startsWith(base()) && !url.startsWith('data:'))).toEqual([])
    expect(page.complaints).toEqual([])
  })

  test.each(places)('finds an option of the reference, and a word of a guide, %s', async (_, base) => {
    await using page = await openPage(browser)
    await page.show(`${base()}index.html`)
    await search(page.tab, 'expectedVersion')
    await eventually(async () => expect(await found(page.tab)).toContain('AppendOptions.expectedVersion'))
    await search(page.tab, 'pgbouncer')
    await eventually(async () => expect(await found(page.tab)).toContain('docs/poolers.html'))
  })

  test('has a menu in which every guide stands in reading order', async () => {
    await using page = await openPage(browser)
    await page.show(`${served}index.html`)
    await page.tab.waitForSelector('.tsd-navigation a')
    const links = await page.tab.evaluate<string[]>(
      "Array.from(document.querySelectorAll('.tsd-navigation a'), (link) => link.getAttribute('href') ?? '')",
    )
    const overview = readFileSync(join(ROOT, 'docs/README.md'), 'utf8')
    const order = Array.from(overview.matchAll(/\]\(([\w-]+)\.md\)/g), ([, name]) => `${name}.html`)
    const guides = links.filter((link) => link.includes('docs/')).map((link) => basename(link))
    expect(guides.filter((guide) => order.includes(guide))).toEqual(order)
    expect(order.length).toBeGreaterThan(8)
  })

  test('is light or dark as the reader has it', async () => {
    await using page = await openPage(browser)
    const colours: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.tab.emulateMedia({ colorScheme })
      await page.show(`${served}index.html`)
      colours.push(await page.tab.evaluate<string>('getComputedStyle(document.body).backgroundColor'))
    }
    expect(new Set(colours).size).toBe(2)
  })

  test('fits a narrow screen', async () => {
    // Its scripts change nothing of a page's width, and take most of the time.
    await using page = await openPage(browser, { javaScriptEnabled: false, viewport: { width: 360, height: 740 } })
    const paths = [...site.keys()].filter((path) =>
      /^(index|docs\/.*|.*\.(EventStore|NewEvent)|examples\/0.*)\.html$/.test(path),
    )
    const wide: string[] = []
    for (const path of paths) {
      await page.show(served + path)
      const width = await page.tab.evaluate<number>('document.documentElement.scrollWidth')
      if (width > 360) wide.push(`${path}: ${width}`)
    }
    expect(paths.length).toBeGreaterThan(20)
    expect(wide).toEqual([])
  })
})

interface OpenPage extends AsyncDisposable {
  readonly tab: Page
  readonly requests: readonly string[]
  readonly complaints: readonly string[]
  show(url: string): Promise<void>
}

async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const tab = await browser.newPage(options)
  const requests: string[] = []
  const complaints: string[] = []
  tab.on('request', (request) => requests.push(request.url()))
  tab.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  tab.on('pageerror', (error) => complaints.push(error.message))
  return {
    tab,
    requests,
    complaints,
    async show(url) {
      await tab.goto(url, { waitUntil: 'load' })
    },
    [Symbol.asyncDispose]: () => tab.close(),
  }
}

async function search(tab: Page, word: string): Promise<void> {
  await tab.keyboard.press('Escape')
  await tab.click('#tsd-search-trigger')
  await tab.fill('#tsd-search-input', word)
}

/** The names and addresses of what the search shows. */
function found(tab: Page): Promise<string> {
  return tab.evaluate<string>(
    `Array.from(document.querySelectorAll('#tsd-search-results a'),
      (link) => link.textContent.replaceAll(/\\s/g, '') + ' ' + link.getAttribute('href')).join('\\n')`,
  )
}
