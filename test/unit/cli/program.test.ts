import { describe, expect, test } from 'vitest'
import { COMMAND_GROUPS } from '../../../src/cli/commands.ts'
import { createProgram } from '../../../src/cli/program.ts'

const definitions = Object.values(COMMAND_GROUPS).flat()

async function helpOf(words: readonly string[], width: number): Promise<string> {
  let help = ''
  const writeOut = (text: string) => {
    help += text
  }
  const program = createProgram(() => async () => {}, { writeOut, writeErr: () => {}, width })
  await program.parseAsync([...words, '--help'], { from: 'user' }).catch(() => {}) // it exits by throwing
  return help
}

describe('the help of a command', () => {
  test.each(definitions.map(({ usage }) => usage.replace(/ [<[].*/, '')))(
    '%s shows every flag, and fits',
    async (name) => {
      for (const width of [120, 80, 40]) {
        const help = await helpOf(name.split(' '), width)
        const [description = ''] = help.split('\nOptions:')
        expect(description).toContain(`Usage: eventstore ${name}`)
        expect(help).toContain('--schema <name>')
        expect(help).toContain('Examples:\n')
        // An example is as long as it is: whoever copies it wants it whole.
        const [explained = ''] = help.split('\nExamples:')
        for (const line of explained.split('\n')) {
          if (!line.startsWith('Usage: ')) expect(line.length, line).toBeLessThanOrEqual(width)
        }
      }
    },
  )

  test('begins each example with the command', () => {
    for (const { usage, examples } of definitions) {
      const name = usage.replace(/ [<[].*/, '')
      expect(examples.length, name).toBeGreaterThan(0)
      expect(examples[0]?.startsWith(name), name).toBe(true)
    }
  })
})
