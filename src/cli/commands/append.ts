import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { readNewEvents } from '../new-events.ts'
import { EXPECTED_VERSIONS, expectedVersionOf } from '../numbers.ts'
import { changingStore, PATIENCE } from '../store.ts'
import { noteTyping } from '../typing.ts'
import { WordOption } from '../word-option.ts'

/** `eventstore append`. */
export const append: CommandDefinition = {
  usage: 'append <stream> [file]',
  description: 'append events, all or nothing: JSON, an event a line, from a file or standard input',
  flags: (command) =>
    command.addOption(
      new WordOption(
        '--expected-version <version>',
        'a number, any, no-stream or stream-exists; required',
        EXPECTED_VERSIONS,
      ),
    ),
  examples: [
    `append order-1 --expected-version no-stream <<< '{"type":"OrderPlaced","data":{"total":12}}'`,
    'append order-1 events.ndjson --expected-version 1',
  ],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { command, flags, output, stdin, signal } = context
  const [stream = '', file] = context.operands
  const expectedVersion = expectedVersionOf(flags.expectedVersion)
  noteTyping(output, stdin, file, 'JSON, an event a line')
  const events = await readNewEvents(file, stdin, signal)
  return changingStore(context, async ({ store }, begin) => {
    begin()
    const result = await store.append(stream, events, { expectedVersion, timeout: PATIENCE })
    const count = events.length === 1 ? '1 event' : `${events.length.toLocaleString('en')} events`
    output.report(
      `Appended ${count} to ${stream}, which has version ${result.streamVersion} now; position ${result.position}.`,
      { command, stream, events: events.length, ...result },
    )
    return 0
  })
}
