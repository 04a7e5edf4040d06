import { EventStore } from '../../event-store.ts'
import { withBenchSchema } from '../bench/bench-schema.ts'
import type { Measurement } from '../bench/measurement.ts'
import { WORKS } from '../bench/work.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { secondsOf } from '../numbers.ts'
import type { ListStyle } from '../output.ts'
import { withTarget } from '../target.ts'
import { UNINTERRUPTED } from '../uninterrupted.ts'

const USUAL_SECONDS = 3

/** `eventstore bench`. */
export const bench: CommandDefinition = {
  usage: 'bench',
  description: 'measure this server, in a schema of its own that is dropped afterwards',
  flags: (command) => command.option('--seconds <n>', `how long each work is measured, ${USUAL_SECONDS} by default`),
  examples: ['bench', 'bench --seconds 10 --json > before.ndjson'],
  handler: handle,
}

/** An interruption ends it between two calls: the schema is dropped first. */
async function handle({ flags, output, settings, signal }: CommandContext): Promise<ExitCode> {
  const seconds = secondsOf(flags.seconds, '--seconds') ?? USUAL_SECONDS
  signal.throwIfAborted()
  return withTarget(settings, UNINTERRUPTED, (target) =>
    withBenchSchema<ExitCode>(target.options, async (schema) => {
      output.note(`Measuring ${target.databaseText}, in a schema of its own: ${schema}.`)
      const options = { ...target.options, schema, onDiagnostic: () => {} }
      await using store = new EventStore(options)
      await using other = new EventStore(options)
      const found: Measurement[] = []
      for (const [index, work] of WORKS.entries()) {
        const by = work.clients === 1 ? '' : ` by ${work.clients}`
        output.status(`${index + 1} of ${WORKS.length}: ${work.work}, ${work.events} at a time${by} …`)
        const measurement = await work.run({ store, other, duration: seconds * 1_000, signal }, work)
        found.push(measurement)
        if (output.json) output.show('', factsOf(measurement))
      }
      output.status('')
      if (!output.json) output.list(found, MEASUREMENTS)
      return 0
    }),
  )
}

function factsOf(measurement: Measurement) {
  return { command: 'bench', ...measurement }
}

const MEASUREMENTS: ListStyle<Measurement> = {
  columns: [
    { title: 'WORK', of: ({ work }) => work },
    { title: 'CLIENTS', align: 'right', of: ({ clients }) => clients },
    { title: 'EVENTS', align: 'right', of: ({ events }) => events.toLocaleString('en') },
    { title: 'CALLS/S', align: 'right', of: ({ callsPerSecond }) => callsPerSecond?.toLocaleString('en') ?? '' },
    {
      title: 'EVENTS/S',
      align: 'right',
      optional: true,
      of: ({ eventsPerSecond }) => eventsPerSecond?.toLocaleString('en') ?? '',
    },
    { title: 'P50 MS', align: 'right', of: ({ p50 }) => p50.toLocaleString('en') },
    { title: 'P99 MS', align: 'right', optional: true, of: ({ p99 }) => p99.toLocaleString('en') },
  ],
  facts: factsOf,
  empty: '',
}
