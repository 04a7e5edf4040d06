import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { EXPECTED_VERSIONS, expectedVersionOf } from '../numbers.ts'
import { changingStore, PATIENCE } from '../store.ts'
import { WordOption } from '../word-option.ts'

/** `eventstore link`. */
export const link: CommandDefinition = {
  usage: 'link <stream> <id...>',
  description: 'put existing events into another stream, in this order, all or none',
  flags: (command) =>
    command.addOption(
      new WordOption(
        '--expected-version <version>',
        'a number, any, no-stream or stream-exists; required',
        EXPECTED_VERSIONS,
      ),
    ),
  examples: ['link invoices 019ab3a4-41c8-7000-8000-000000000001 --expected-version any'],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { command, flags, output } = context
  const [stream = '', ...ids] = context.operands
  const expectedVersion = expectedVersionOf(flags.expectedVersion)
  return changingStore(context, async ({ store }, begin) => {
    begin()
    const result = await store.link(stream, ids, { expectedVersion, timeout: PATIENCE })
    const count = ids.length === 1 ? '1 event' : `${ids.length} events`
    output.report(`Linked ${count} into ${stream}, which has version ${result.streamVersion} now.`, {
      command,
      stream,
      events: ids.length,
      ...result,
    })
    return 0
  })
}
