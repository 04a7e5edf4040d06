import { EventStoreError, StreamDeletedError, StreamNotFoundError } from '../../errors.ts'
import type { EventStore } from '../../event-store.ts'
import type { RecordedEvent } from '../../events.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { eventLine } from '../event-line.ts'
import { type ExitCode, UsageError } from '../failure.ts'
import type { Output } from '../output.ts'
import { readEvenly } from '../read-evenly.ts'
import { PATIENCE, TO_THE_LETTER, withStore } from '../store.ts'
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
  return withStore(
    context,
    async ({ store }) => {
      void noteSilence(store, name, output)
      for await (const event of tailed(store, name, after, AbortSignal.any([signal, output.gone]))) {
        await output.line(eventLine(event, name, output), { ...event })
      }
      return 0
    },
    TO_THE_LETTER,
  )
}

/** What is stored already is read like any stream, however much it is; what comes then is followed. */
async function* tailed(
  store: EventStore,
  name: string,
  after: number | 'start' | 'end',
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent> {
  let last = after
  if (after !== 'end') {
    const from = after === 'start' ? 1 : after + 1
    try {
      for await (const event of readEvenly(store, name, { from, timeout: PATIENCE, signal })) {
        yield event
        last = event.eventNumber
      }
    } catch (error) {
      // Whoever follows waits for a stream that is not there, and for a server that is away; what else is wrong, he finds as well.
      signal.throwIfAborted()
      if (!(error instanceof EventStoreError)) throw error
    }
  }
  yield* store.follow(name, { after: last, signal })
}

function afterOf(text = 'end'): number | 'start' | 'end' {
  if (text === 'start' || text === 'end') return text
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  throw new UsageError(`--after must be a number, start or end, found ${JSON.stringify(text)}.`)
}

/** A name that is misspelt would be waited for without a word. */
async function noteSilence(store: EventStore, name: string, output: Output): Promise<void> {
  try {
    await store.getStream(name)
  } catch (error) {
    if (error instanceof StreamNotFoundError)
      output.note(`There is no stream ${name} yet: waiting for its first event.`)
    if (error instanceof StreamDeletedError) output.note(`Stream ${name} is deleted: nothing comes of it any more.`)
  }
}
