import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Output } from '../../../src/cli/output.ts'

const HOSTILE = 'a\u001b[31mb\u009bc\u202ed'
const HARMLESS = 'a\\u001b[31mb\\u009bc\\u202ed'

function capture(options: { readonly json?: boolean; readonly columns?: number } = {}) {
  const { json = false, columns } = options
  const sink = () =>
    Object.assign(new PassThrough({ encoding: 'utf8' }), columns === undefined ? {} : { isTTY: true, columns })
  const [stdout, stderr] = [sink(), sink()]
  const output = new Output({ json, stdout, stderr })
  return { output, stdout: () => String(stdout.read() ?? ''), stderr: () => String(stderr.read() ?? '') }
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

  test('is not told where nobody looks', () => {
    const { output, stderr } = capture()
    output.status('appending')
    output.note('Done.')
    expect(stderr()).toBe('Done.\n')
  })
})
