import type { CommandContext, CommandDefinition } from '../command.ts'
import { checkConfirmable, confirm } from '../confirm.ts'
import { type ExitCode, UsageError } from '../failure.ts'
import { expectedVersionOf } from '../numbers.ts'
import { withStore } from '../store.ts'
import { WordOption } from '../word-option.ts'

/** `eventstore delete`. */
export const deleteStream: CommandDefinition = {
  usage: 'delete <stream>',
  description: 'hide a stream; with --hard remove its events for good',
  flags: (command) =>
    command
      .addOption(
        new WordOption('--expected-version <version>', 'a number, stream-exists or any (the default)', [
          'any',
          'stream-exists',
        ]),
      )
      .option('--hard', 'remove the events, and all links to them')
      .option('-y, --yes', 'do not ask before a hard delete; needed where there is no terminal'),
  examples: ['delete order-1', 'delete order-1 --expected-version 12 --hard'],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { command, flags, output, terminal } = context
  const [stream = ''] = context.operands
  const { hard = false, yes = false } = flags
  const expectedVersion = expectedVersionOf(flags.expectedVersion ?? 'any')
  if (expectedVersion === 'no-stream')
    throw new UsageError('--expected-version no-stream: what is not there cannot be deleted.')
  if (hard) checkConfirmable(`${command} --hard`, yes, terminal)
  return withStore(context, async ({ store, target }) => {
    if (hard && !yes) {
      const consequence = `This removes the events of stream ${stream} in ${target.schemaText} for good.`
      await confirm(terminal, { consequence, what: 'stream', name: stream })
    }
    await store.deleteStream(stream, { expectedVersion, mode: hard ? 'hard' : 'soft' })
    output.report(hard ? `Removed ${stream} with its events.` : `Deleted ${stream}; its events are kept, and hidden.`, {
      command,
      stream,
      mode: hard ? 'hard' : 'soft',
    })
    return 0
  })
}
