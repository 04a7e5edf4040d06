import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A page of the site, as it lies on the disk. */
interface SitePage {
  /** Its path in the site. */
  readonly path: string
  readonly html: string
  readonly ids: ReadonlySet<string>
  /** Where it leads to, or what it loads. */
  readonly links: readonly string[]
}

export type Site = ReadonlyMap<string, SitePage>

export function readSite(folder: string): Site {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'))
  return new Map(files.map((path) => [path, readPage(path, readFileSync(join(folder, path), 'utf8'))]))
}

/** The links of a page that lead nowhere: their file or their heading is not there. A folder is no page when it is on a disk. */
export function brokenLinks(site: Site, files: ReadonlySet<string>, page: SitePage): readonly string[] {
  return page.links.filter((link) => {
    if (isExternal(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page.path : join(dirname(page.path), decodeURIComponent(path))
    if (!files.has(target)) return true
    return anchor !== undefined && anchor !== '' && site.get(target)?.ids.has(decodeURIComponent(anchor)) !== true
  })
}

export function isExternal(link: string): boolean {
  return /^(?:[a-z]+:|\/\/)/i.test(link)
}

function readPage(path: string, html: string): SitePage {
  return {
    path,
    html,
    ids: new Set(Array.from(html.matchAll(/\sid="([^"]*)"/g), ([, id = '']) => unescaped(id))),
    links: Array.from(html.matchAll(/<(?:a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g), ([, link = '']) =>
      unescaped(link),
    ),
  }
}

/** Attributes as they were before they were written into HTML. */
function unescaped(attribute: string): string {
  return attribute.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}
