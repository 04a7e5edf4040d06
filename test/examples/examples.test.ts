import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { EXPECTED } from './expected-output.ts'
import { exampleFiles, listExamples, README, readExample } from './listed-examples.ts'
import { linesOf, runExample } from './run-example.ts'

const examples = listExamples()
const numbers = examples.map(({ number }) => number)
/** Each example runs once: these without DATABASE_URL. One shares its server with a pool, the other with more processes. */
const EMBEDDED: readonly string[] = ['03', '05']

describe('the README of the examples', () => {
  test('lists exactly the files that are there, in order', () => {
    expect(examples.map(({ file }) => file)).toEqual(exampleFiles())
    expect(numbers).toEqual(examples.map(({ file }) => file.slice(0, 2)))
  })

  test('names every package that an example imports', () => {
    const imports = examples.flatMap(({ file }) => [...readExample(file).matchAll(/ from '((?:@[^/']+\/)?[^/':]+)/g)])
    const packages = new Set(imports.map(([, name = '']) => name).filter((name) => name !== 'node'))
    expect(packages).toContain('drizzle-orm')
    expect(
      [...packages].filter((name) => !README.includes(`\`${name}\``) && !README.includes(`install ${name}`)),
    ).toEqual([])
  })
})

describe('every example', () => {
  test.each(examples.map(({ file, command }) => [file, command]))(
    '%s says how it is run, and fits on two screens',
    (file, command) => {
      const lines = readExample(file).trimEnd().split('\n')
      expect(lines.slice(1, 3)).toEqual(['//', `//   ${command}`])
      expect(command.endsWith(` examples/${file}`)).toBe(true)
      expect(lines.length).toBeLessThanOrEqual(120)
    },
  )

  test('has expectations of what it prints', () => {
    expect(Object.keys(EXPECTED).toSorted()).toEqual(numbers)
  })
})

describe.each(numbers.filter((number) => !EMBEDDED.includes(number)))('example %s', (number) => {
  const database = useDatabase(emptyTestDatabase)

  test('prints what it shows, and ends by itself, on the server of DATABASE_URL', async () => {
    const printed = await runExample(commandOf(number), { DATABASE_URL: database.connectionString })
    EXPECTED[number]?.(linesOf(printed))
  })
})

describe('without DATABASE_URL', () => {
  let temporary = ''

  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'event-store-examples-'))
    await chmod(temporary, 0o755)
  })

  afterAll(() => rm(temporary, { recursive: true, force: true }))

  test.each(EMBEDDED)('example %s runs a server of its own, and leaves nothing of it behind', async (number) => {
    const printed = await runExample(commandOf(number), { TMPDIR: temporary })
    EXPECTED[number]?.(linesOf(printed))
    expect((await readdir(temporary)).filter((name) => name.startsWith('shop-'))).toEqual([])
  })
})

function commandOf(number: string): string {
  const found = examples.find((example) => example.number === number)
  if (!found) throw new Error(`Expected the README to list example ${number}, found none`)
  return found.command
}
