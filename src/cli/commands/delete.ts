import type { CommandContext, CommandDefinition } from '../command.ts'
import { checkConfirmable, confirm } from '../confirm.ts'
import { type ExitCode, UsageError } from '../failure.ts'
import { expectedVersionOf } from '../numbers.ts'
import { changingStore } from '../store.ts'
import { WordOption } from '../word-option.ts'

/** Milliseconds: the events of a hard delete are removed in batches. */
const HARD_DELETE_PATIENCE = 3_600_000

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
  return changingStore(context, async ({ store, target }, begin) => {
    if (hard && !yes) {
      const { version } = await store.getStream(stream)
      const what = `stream ${stream}, which has version ${version.toLocaleString('en')}, in ${target.schemaText}`
      const consequence = `This removes ${what} for good, and all links to its events.`
      await confirm(terminal, { consequence, what: 'stream', name: stream })
    }
    begin()
    await store.deleteStream(stream, { expectedVersion, mode: hard ? 'hard' : 'soft', timeout: HARD_DELETE_PATIENCE })
    output.report(hard ? `Removed ${stream} with its events.` : `Deleted ${stream}; its events are kept, and hidden.`, {
      command,
      stream,
      mode: hard ? 'hard' : 'soft',
    })
    return 0
  })
}
