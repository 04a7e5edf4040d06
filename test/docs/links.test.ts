import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROJECT, readPages } from './runner/page.ts'

const pages = [...readPages().map(({ name }) => name), 'ARCHITECTURE.md', 'SECURITY.md', 'CONTRIBUTING.md']

describe.each(pages)('%s', (page) => {
  const text = withoutCode(readFileSync(join(PROJECT, page), 'utf8'))
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '')

  test('links to files and headings that are there', () => {
    const relative = links.filter((target) => !/^[a-z]+:/.test(target))
    expect(relative.filter((target) => !leadsSomewhere(page, target))).toEqual([])
  })
})

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', heading] = target.split('#')
  const file = path === '' ? join(PROJECT, page) : join(PROJECT, dirname(page), path)
  if (!existsSync(file)) return false
  return heading === undefined || anchorsOf(readFileSync(file, 'utf8')).has(heading)
}

/** What GitHub makes of headings. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = withoutCode(markdown).matchAll(/^#+ (.*)$/gm)
  return new Set(
    Array.from(headings, ([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^\s*(```+)[^\n]*\n[\s\S]*?^\s*\1\s*$/gm, '')
}
