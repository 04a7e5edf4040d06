import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf } from './runner/outcomes.ts'
import { parsePage } from './runner/page.ts'
import { type Program, programOf } from './runner/program.ts'
import { type Runs, runAll } from './runner/run-all.ts'

const FENCE = '```'

/** A page of blocks, each with its language or a comment, three lines and an empty one apart. */
function pageOf(name: string, ...parts: readonly string[]): Program {
  return programOf(parsePage(`docs/${name}.md`, ['# A page', ...parts].join('\n')))
}

function block(language: string, code: string): string {
  return [`${FENCE}${language}`, code, FENCE].join('\n')
}

const APPEND = "await store.append('order-1', { type: 'OrderPlaced', data: {} }, { expectedVersion: 'any' })"

const PAGES = {
  good: pageOf(
    'good',
    block('ts', "import { EventStore, type AppendResult } from 'pg-event-store'\nlet result: AppendResult"),
    '<!-- example: setup const total = 12 -->',
    block('ts', `${APPEND}\nconsole.log(total, (await store.getStream('order-1')).version) // 12 1`),
    block('ts', "import { EventStore } from 'pg-event-store'\nconst total = 13\nconsole.log(total) // => 13"),
    block('ts', "const other = new EventStore({ connectionString: 'postgres://localhost/shop' })\nawait other.close()"),
    block('ts', 'for (const n of [1, 2]) console.log({ n }, total) // { n: 1 } 13, … 13'),
    block('sql', 'SELECT * FROM eventstore.events;\nSELECT count(*) FROM eventstore.streams'),
    block('sh', `npm run test:integration\nnpx eventstore streams --url postgres://localhost/shop --json | jq .name`),
    block('sh', `echo '{"type":"A","data":1}' | eventstore append a --expected-version no-stream   # one`),
    block(
      'sh',
      "eventstore tail '$all' --after start &&\n  eventstore read \\\n a > a.txt; eventstore streams < a.txt",
    ),
    block(
      'sh',
      'eventstore setup --url postgres://elsewhere/shop && eventstore streams --url postgres://elsewhere/shop',
    ),
    '<!-- example: exit 1 the version is wrong -->',
    block('sh', `eventstore append a --expected-version 7 <<< '{"type":"A","data":1}'`),
  ),
  untyped: pageOf(
    'untyped',
    block('ts', "await store.append('a', { type: 'A' }, { expectedVersion: 'any' }).catch(() => {})"),
  ),
  notRun: pageOf(
    'not-run',
    '<!-- example: no-run it would never end -->',
    block('ts', "for await (const event of store.follow('$all')) console.log(event.kind)\nconst local = 1"),
    '<!-- example: no-check it is of another package -->',
    block('ts', 'nonsense('),
    block('ts', 'console.log(local)'),
  ),
  throws: pageOf(
    'throws',
    block('ts', 'const n = 1'),
    block('ts', "\nthrow new Error('too bad')"),
    block('ts', 'void n'),
  ),
  lies: pageOf('lies', block('ts', 'console.log(1 + 1) // 3'), block('ts', 'if (Date.now() < 0) console.log(1) // 1')),
  badSql: pageOf('bad-sql', block('sql', 'SELECT * FROM eventstore.eventz')),
  badCommand: pageOf('bad-command', block('sh', 'eventstore read missing')),
  hangs: pageOf('hangs', block('ts', 'await new Promise(() => {})')),
}

let runs: Runs
beforeAll(async () => {
  runs = await runAll(Object.values(PAGES))
}, 180_000)
afterAll(() => runs?.close(), 60_000)

describe('a page', () => {
  test('is a program, whose blocks see what those before them declare, and may declare it again', async () => {
    expect(PAGES.good.problems).toEqual([])
    expect(complaintsOf(PAGES.good)).toEqual([])
    expect(await failuresOf(PAGES.good)).toEqual([])
    expect(PAGES.good.steps.size).toBe(12)
    expect(PAGES.good.leftOut).toEqual([expect.stringMatching(/^npm would install packages/)])
  })

  test('fails at the line that does not compile', () => {
    expect(complaintsOf(PAGES.untyped)).toEqual([expect.stringMatching(/^3: .*'data' is missing/s)])
  })

  test('is checked also where it is not run, and what is not run is not seen by what follows', () => {
    expect(complaintsOf(PAGES.notRun)).toEqual([
      expect.stringMatching(/^4: Property 'kind' does not exist/),
      expect.stringMatching(/^12: Cannot find name 'local'/),
    ])
  })

  test('fails at the block that throws, with its line, and at those after it, which were not reached', async () => {
    expect(await failuresOf(PAGES.throws)).toEqual([
      [5, expect.stringMatching(/too bad[\s\S]*docs\/throws\.md:7:/)],
      [9, 'not reached: the program ended at line 5'],
    ])
  })

  test('fails where it promises to print what it does not', async () => {
    expect(await failuresOf(PAGES.lies)).toEqual([
      [2, 'line 3 promises to print "3", and printed "2"'],
      [5, 'line 6 promises to print "1", and printed ""'],
    ])
  })

  test('fails where the database refuses its SQL', async () => {
    expect(await failuresOf(PAGES.badSql)).toEqual([[2, expect.stringMatching(/eventz/)]])
  })

  test('fails where a command ends with another exit code', async () => {
    expect(await failuresOf(PAGES.badCommand)).toEqual([
      [2, expect.stringMatching(/eventstore read missing ended with 1, expected 0:\n.*does not exist/s)],
    ])
  })

  test('fails where it waits for what never comes', async () => {
    expect(await failuresOf(PAGES.hangs)).toEqual([[2, expect.stringMatching(/before its last block was done/)]])
  })
})

describe('a page is refused', () => {
  test.each([
    ['a reason that says nothing', '<!-- example: no-run because -->\n', /^2: no-run needs a reason of 3 words/],
    ['an exit code without one', '<!-- example: exit 1 -->\n', /^2: exit needs an exit code and why/],
    ['a word that is none', '<!-- example: skip it is slow today -->\n', /^2: expected no-run, .*, found 'skip'/],
    [
      'a marker without a block',
      '<!-- example: no-run it is slow today -->\n\nText.\n',
      /^2: a marker stands right before/,
    ],
    ['a marker at the end', '<!-- example: no-run it is slow today -->', /^2: no block follows/],
    ['a command that is not known', block('sh', 'make tea'), /^2: `make tea`: 'make' is not known here/],
    ['a script that there is not', block('sh', 'npm run tea'), /^2: `npm run tea`: package.json has no script 'tea'/],
    ['a $ for the shell to replace', block('sh', 'eventstore read $all'), /^2: .*put it in single quotes/],
    ['a quote that is not closed', block('sh', "eventstore read 'a"), /^2: .*a quote is not closed/],
    ['JSON that is none', block('json', '{ "a": 1 }\n{ b: 2 }'), /^2: this is no JSON: \{ b: 2 \}/],
  ])('for %s', (_, text, problem) => {
    expect(pageOf('refused', text).problems).toContainEqual(expect.stringMatching(problem))
  })
})

function complaintsOf({ files }: Program): readonly string[] {
  return runs.complaints.filter(({ path }) => files.has(path)).map(({ line, message }) => `${line}: ${message}`)
}

async function failuresOf(program: Program): Promise<readonly (readonly [number, string])[]> {
  const run = await runs.of(program)
  return [...program.steps].flatMap((line) => {
    const failure = failureOf(line, program, run)
    return failure === undefined ? [] : [[line, failure] as const]
  })
}
