import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { bashScript } from '../../../src/cli/completion/bash.ts'
import { completionsOf, withDescendants } from '../../../src/cli/completion/completions.ts'
import { fishScript } from '../../../src/cli/completion/fish.ts'
import { zshScript } from '../../../src/cli/completion/zsh.ts'
import { createProgram } from '../../../src/cli/program.ts'

const run = promisify(execFile)
const program = completionsOf(
  createProgram(() => async () => {}, { writeOut: () => {}, writeErr: () => {}, width: undefined }),
)
const all = withDescendants(program)

/** What bash offers at the end of a line, whose words it has split at what stands in COMP_WORDBREAKS. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const script = `${bashScript(program)}
    COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}
    _eventstore eventstore; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await run('bash', ['--norc', '-c', script, 'bash', 'eventstore', ...words], {
    cwd: import.meta.dirname,
  })
  return stdout.split('\n').filter((word) => word !== '')
}

describe('what is completed', () => {
  test('is every command and every flag of the program', () => {
    expect(all.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['', 'streams', 'append', 'subscription', 'subscription reset', 'doctor', 'completion']),
    )
    for (const { path, options } of all) {
      const names = options.flatMap((option) => option.names)
      expect(names, path).toEqual(expect.arrayContaining(['--url', '--schema', '--json', '--help', '-h']))
      expect(new Set(names).size, path).toBe(names.length)
    }
  })

  test('is words that no shell reads as anything else', () => {
    for (const { path, options, operands } of all) {
      for (const completion of [...options.map(({ value }) => value), ...operands]) {
        if (completion?.kind === 'words') {
          expect(completion.words.length, path).toBeGreaterThan(0)
          for (const word of completion.words) expect(word).toMatch(/^[a-z-]+$/)
        }
      }
    }
  })
})

describe('bash', () => {
  test('offers commands', async () => {
    expect(await offered('')).toEqual(program.commands.map(({ path }) => path))
    expect(await offered('st')).toEqual(['streams', 'stream', 'stats'])
    expect(await offered('subscription', '')).toEqual(['reset', 'delete'])
    expect(await offered('subscription', 'r')).toEqual(['reset'])
  })

  test('offers the flags of a command, and those of all', async () => {
    expect(await offered('read', '--l')).toEqual(['--limit'])
    expect(await offered('read', 'order-1', '--')).toEqual(
      expect.arrayContaining(['--from', '--limit', '--backwards', '--url', '--json', '--help']),
    )
    expect(await offered('streams', '--l')).toEqual([])
    expect(await offered('subscription', 'reset', '--t')).toEqual(['--to'])
    expect(await offered('--sch')).toEqual(['--schema'])
    expect(await offered('drop', '-')).toContain('-y')
  })

  test.each([
    [
      ['streams', '--sort-by', ''],
      ['name', 'version', 'created-at', 'deleted-at'],
    ],
    [['streams', '--sort-by', 'v'], ['version']],
    [
      ['streams', '--sort-by', '='],
      ['name', 'version', 'created-at', 'deleted-at'],
    ],
    [['streams', '--sort-by', '=', 'c'], ['created-at']],
    [['append', 's', '--expected-version', 'n'], ['no-stream']],
    [
      ['tail', '--after', ''],
      ['start', 'end'],
    ],
    [
      ['--payload', ''],
      ['json', 'jsonb', 'bytea'],
    ],
    [['init', '--payload', 'b'], ['bytea']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['read', '--limit', ''], []],
    [['read', '--limit', '5', '--from', ''], []],
    [['read', 'some-stream', ''], []],
  ])('after %j: %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected)
  })

  test('offers files and folders where they are asked for', async () => {
    expect(await offered('append', 'order-1', 'comp')).toEqual(['completion.test.ts'])
    expect(await offered('append', 'comp')).toEqual([])
    expect(await offered('--config', 'comp')).toEqual(['completion.test.ts'])
    expect(await offered('--embedded', 'do')).toEqual(['doctor'])
    expect(await offered('--embedded', 'comp')).toEqual([])
  })

  test('is not misled by a URL, which it splits into words', async () => {
    const url = ['--url', 'postgres', ':', '//app', ':', 'secret', '@', 'host', ':', '5432/shop']
    expect(await offered(...url, 'st')).toEqual(['streams', 'stream', 'stats'])
    expect(await offered('append', ...url, 's', 'comp')).toEqual(['completion.test.ts'])
    expect(await offered('--url', '=', ...url.slice(1), 'completion', 'f')).toEqual(['fish'])
  })

  test('takes the script without a word', async () => {
    const { stdout, stderr } = await run('bash', ['--norc', '-c', `${bashScript(program)}\ncomplete -p eventstore`])
    expect({ stdout, stderr }).toEqual({ stdout: 'complete -F _eventstore eventstore\n', stderr: '' })
  })
})

describe.each([
  ['zsh', zshScript(program)],
  ['fish', fishScript(program)],
])('the script for %s', (_, script) => {
  test('names every command, flag and word', () => {
    for (const { path, options, operands } of all) {
      for (const word of path.split(' ')) expect(script).toContain(word)
      for (const { names, value } of options) {
        for (const name of names) expect(script).toContain(name.replace(/^-+/, ''))
        if (value?.kind === 'words') expect(script).toContain(value.words.join(' '))
      }
      for (const operand of operands) if (operand.kind === 'words') expect(script).toContain(operand.words.join(' '))
    }
  })
})
