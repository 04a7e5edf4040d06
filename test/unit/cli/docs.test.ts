import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { COMMAND_GROUPS } from '../../../src/cli/commands.ts'
import { createProgram } from '../../../src/cli/program.ts'

const text = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
const sections = new Map(
  text
    .split(/^### `eventstore /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('`')), section.split(/^## /m)[0] ?? '']),
)
const usages = Object.values(COMMAND_GROUPS)
  .flat()
  .map(({ usage }) => usage)

function newProgram(): Command {
  return createProgram(() => async () => {}, { writeOut: () => {}, writeErr: () => {}, width: undefined })
}

function commandOf(usage: string): Command {
  const words = usage.split(' ').filter((word) => !/^[<[]/.test(word))
  return words.reduce((parent, name) => {
    const found = parent.commands.find((command) => command.name() === name)
    if (!found) throw new Error(`There is no command ${name}`)
    return found
  }, newProgram())
}

/** The words of a command line as a shell takes them, up to what it gives to another program or a file. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = []
  for (const [token, quoted] of line.matchAll(/'([^']*)'|\S+/g)) {
    if (/^(\||<|\d?>|&&|\|\||<<<|#)/.test(token)) break
    words.push(quoted ?? token)
  }
  return words
}

describe('docs/cli.md', () => {
  test('has a part for each command, and for no other', () => {
    expect([...sections.keys()].toSorted()).toEqual(usages.toSorted())
  })

  test.each(usages)('says all about %s', (usage) => {
    const section = sections.get(usage) ?? ''
    for (const { flags } of commandOf(usage).options) expect(section).toContain(`\`${flags}\``)
    expect(section).toContain(`$ eventstore ${usage.replace(/ [<[].*/, '')}`)
  })

  test('says all about the flags of every command', () => {
    for (const { flags } of newProgram().options) expect(text).toContain(`\`${flags}\``)
  })

  const lines = [...text.matchAll(/^\$ eventstore (.*)$/gm)].map(([, line = '']) => line)

  test.each(lines)('shows a line that is understood: eventstore %s', async (line) => {
    const error = await newProgram()
      .parseAsync(wordsOf(line), { from: 'user' })
      .then(
        () => undefined,
        (reason: { readonly code: string; readonly message: string }) => reason,
      )
    if (error?.code !== 'commander.helpDisplayed' && error?.code !== 'commander.version') expect(error).toBeUndefined()
  })
})
