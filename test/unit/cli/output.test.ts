import { PassThrough, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ReaderGone, UnwritableError } from '../../../src/cli/failure.ts'
import { JsonText } from '../../../src/cli/json-text.ts'
import { Output } from '../../../src/cli/output.ts'

const HOSTILE = 'a\u001b[31mb\u009bc\u202ed'
const HARMLESS = 'a\\u001b[31mb\\u009bc\\u202ed'

function capture(options: { readonly json?: boolean; readonly columns?: number; readonly dumb?: boolean } = {}) {
  const { json = false, columns, dumb = false } = options
  const sink = () =>
    Object.assign(new PassThrough({ encoding: 'utf8' }), columns === undefined ? {} : { isTTY: true, columns })
  const [stdout, stderr] = [sink(), sink()]
  const output = new Output({ json, stdout, stderr, dumb })
  return {
    output,
    end: () => stdout.destroy(),
    stdout: () => String(stdout.read() ?? ''),
    stderr: () => String(stderr.read() ?? ''),
  }
}

describe('what would act upon a terminal', () => {
  test('is shown as an escape in reports, notes and errors', () => {
    const { output, stdout, stderr } = capture()
    output.report(`Appended to ${HOSTILE}.`, {})
    expect(stdout()).toBe(`Appended to ${HARMLESS}.\n`)
    output.note(HOSTILE)
    output.fail({ code: 'DATABASE', message: `${HOSTILE}\nsecond line`, exitCode: 1 })
    expect(stderr()).toBe(`${HARMLESS}\nerror: ${HARMLESS}\nsecond line\n`)
  })

  test('is an escape in JSON, too, which says the same', async () => {
    const { output, stdout, stderr } = capture({ json: true })
    output.report('', { name: HOSTILE })
    await output.line('', { name: HOSTILE })
    const lines = stdout().trimEnd().split('\n')
    expect(lines).toEqual([`{"name":"${HARMLESS}"}`, `{"name":"${HARMLESS}"}`])
    expect(JSON.parse(lines[0] ?? '')).toEqual({ name: HOSTILE })
    output.note('nothing for programs')
    output.fail({ code: 'DATABASE', message: HOSTILE, exitCode: 1 })
    expect(JSON.parse(stderr())).toEqual({ error: { code: 'DATABASE', message: HOSTILE } })
  })
})

test('what cannot be seen is shown as an escape, and what makes a picture of several is left alone', () => {
  const { output, stdout } = capture()
  output.report('order\u200b-1 a\u00adb \u2060 \ufff9 \u{e0041} 👩\u200d👧 ❤\ufe0f می\u200cخواهم', {})
  expect(stdout()).toBe('order\\u200b-1 a\\u00adb \\u2060 \\ufff9 \\udb40\\udc41 👩\u200d👧 ❤\ufe0f می\u200cخواهم\n')
  const json = capture({ json: true })
  const name = 'a\u200b\u{e0041}b'
  json.output.report('', { name })
  expect(JSON.parse(json.stdout())).toEqual({ name })
})

test('data is to the letter in JSON, on one line', async () => {
  const { output, stdout } = capture({ json: true })
  const text = '{\r\n\t"id": 12345678901234567890,\n\t"text": "a\\n\u202eb"\n}'
  await output.line('', { data: new JsonText(text), none: undefined, more: [1] })
  expect(stdout()).toBe('{"data":{ "id": 12345678901234567890, "text": "a\\n\\u202eb" },"more":[1]}\n')
  expect(JSON.stringify(new JsonText('{"a": 1}'))).toBe('{"a":1}')
})

test('a sentence breaks between its words on a terminal, and nowhere else', () => {
  const terminal = capture({ columns: 20 })
  terminal.output.report('Nothing to do: it is there already.', {})
  expect(terminal.stdout()).toBe('Nothing to do: it is\nthere already.\n')
  terminal.output.show('http://127.0.0.1:4000/#token', {})
  expect(terminal.stdout()).toBe('http://127.0.0.1:4000/#token\n')
})

describe('what is being done', () => {
  test('stands on one line of a terminal, until something else is said', () => {
    const { output, stdout, stderr } = capture({ columns: 20 })
    output.status('appending')
    output.status('reading a stream of some length')
    output.report('Done.', {})
    output.status('')
    expect(stderr()).toBe('\r\x1b[2Kappending\r\x1b[2Kreading a stream o…\r\x1b[2K')
    expect(stdout()).toBe('Done.\n')
  })

  test('is taken away before a table', () => {
    const { output, stderr } = capture({ columns: 20 })
    output.status('reading')
    output.list([{ name: 'a' }], {
      columns: [{ title: 'NAME', of: ({ name }) => name }],
      facts: (row) => row,
      empty: '',
    })
    expect(stderr()).toBe('\r\x1b[2Kreading\r\x1b[2K')
  })

  test('is not told on a terminal that cannot write over a line', () => {
    const { output, stderr } = capture({ columns: 20, dumb: true })
    output.status('appending')
    output.note('Done.')
    expect(stderr()).toBe('Done.\n')
    expect(output.watched).toBeUndefined()
  })

  test('is not told where nobody looks', () => {
    const { output, stderr } = capture()
    output.status('appending')
    output.note('Done.')
    expect(stderr()).toBe('Done.\n')
  })
})

test.each([
  ['EPIPE', ReaderGone, ''],
  ['ENOSPC', UnwritableError, 'Standard output cannot be written: write ENOSPC.'],
])(
  'nothing more is found once standard output has failed with %s, also where Node hides that',
  async (code, kind, message) => {
    let tries = 0
    const stdout = new Writable({
      autoDestroy: false, // as that of a process: it can be written to all the same
      write(_chunk, _encoding, done) {
        tries++
        done(Object.assign(new Error(`write ${code}`), { code }))
      },
    })
    const output = new Output({ json: false, stdout, stderr: new PassThrough() })
    await output.line('1', {})
    const failed = output.flushed()
    await expect(failed).rejects.toBeInstanceOf(kind)
    await expect(failed).rejects.toThrow(message)
    const before = tries
    await expect(output.line('2', {})).rejects.toBeInstanceOf(kind)
    expect(tries).toBe(before)
  },
)

test('whoever waits for more to print hears that nobody reads it any more', async () => {
  const { output, end } = capture()
  expect(output.gone.aborted).toBe(false)
  end()
  await new Promise(setImmediate)
  expect(output.gone.aborted).toBe(true)
  expect(output.gone.reason).toBeInstanceOf(ReaderGone)
})
