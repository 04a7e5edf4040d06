import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf } from './runner/outcomes.ts'
import { type Page, readPages } from './runner/page.ts'
import { programOf } from './runner/program.ts'
import { type Runs, runAll } from './runner/run-all.ts'

/** How many of the blocks may be neither run nor checked: those of other languages' and other packages' code. */
const MOST_UNCHECKED = 0.15

const pages = readPages()
const programs = pages.map((page) => ({ page, program: programOf(page) }))
let runs: Runs

beforeAll(async () => {
  runs = await runAll(programs.map(({ program }) => program))
}, 180_000)
afterAll(() => runs?.close(), 60_000)

describe.each(programs.map((entry) => [entry.page.name, entry] as const))('%s', (_, { page, program }) => {
  test('has markers and commands that are understood', () => {
    expect(program.problems).toEqual([])
  })

  test('has code that compiles', () => {
    const complaints = runs.complaints.filter(({ path }) => program.files.has(path))
    expect(complaints.map(({ line, message }) => `${page.name}:${line}: ${message}`)).toEqual([])
  })

  const blocks = [...program.steps].map((line) => [line, titleOf(page, line)] as const)
  test.each(blocks)(
    'line %d does what it says: %s',
    async (line) => {
      expect(failureOf(line, program, await runs.of(program))).toBeUndefined()
    },
    60_000,
  )
})

test('few blocks are neither run nor checked', () => {
  const blocks = pages.flatMap((page) => page.blocks)
  const count = (kind: string) => blocks.filter(({ treatment }) => treatment.kind === kind).length
  const leftOut = new Set(programs.flatMap(({ program }) => program.leftOut))
  console.log(
    `${pages.length} pages, ${blocks.length} blocks: ${count('run') + count('file')} run, ${count('no-run')} checked only, ` +
      `${count('no-check')} neither. Of commands are left out:\n${[...leftOut].join('\n')}`,
  )
  expect(count('no-check') / blocks.length).toBeLessThan(MOST_UNCHECKED)
})

/** The first line of the block. */
function titleOf({ blocks }: Page, line: number): string {
  const block = blocks.find((candidate) => candidate.line === line)
  return (block?.code.find((text) => text.trim() !== '') ?? '').trim().slice(0, 60)
}
