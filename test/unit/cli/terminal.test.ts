import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createTerminal } from '../../../src/cli/terminal.ts'

test('a question shows a hostile name as an escape', async () => {
  const [stdin, stderr] = [new PassThrough(), new PassThrough({ encoding: 'utf8' })]
  const terminal = createTerminal(stdin, stderr, new AbortController().signal)
  stdin.end('yes\n')
  expect(await terminal.ask('This drops schema a\u202eb.\nGo on? ')).toBe('yes')
  expect(String(stderr.read())).toBe('This drops schema a\\u202eb.\nGo on? ')
})
