import type { CommandContext, CommandDefinition } from '../command.ts'
import { eventLine } from '../event-line.ts'
import { type ExitCode, UsageError } from '../failure.ts'
import { withStore } from '../store.ts'
import { WordOption } from '../word-option.ts'

/** `eventstore tail`. */
export const tail: CommandDefinition = {
  usage: 'tail <stream>',
  description: 'print events as they are appended, until it is interrupted',
  flags: (command) =>
    command.addOption(new WordOption('--after <n>', 'a number, start, or end (the default)', ['start', 'end'])),
  examples: ["tail '$all'", 'tail order-1 --after start', "tail '$all' --json | jq .type"],
  endless: true,
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { flags, output, signal } = context
  const [name = ''] = context.operands
  const after = afterOf(flags.after)
  return withStore(context, async ({ store }) => {
    for await (const event of store.follow(name, { after, signal })) {
      await output.line(eventLine(event, name, output), { ...event })
    }
    return 0
  })
}

function afterOf(text = 'end'): number | 'start' | 'end' {
  if (text === 'start' || text === 'end') return text
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  throw new UsageError(`--after must be a number, start or end, found ${JSON.stringify(text)}.`)
}
