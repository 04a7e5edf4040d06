import type { CommandContext, CommandDefinition } from '../command.ts'
import { type ExitCode, RefusedError } from '../failure.ts'
import { printable, printableLines } from '../printable.ts'
import { withStore } from '../store.ts'
import { wrap } from '../wrap.ts'

/** `eventstore snapshot`. */
export const snapshot: CommandDefinition = {
  usage: 'snapshot <source-id>',
  description: 'print a snapshot with its data',
  examples: ['snapshot order-1', 'snapshot order-1 --json | jq .data'],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const [sourceId = ''] = context.operands
  return withStore(context, async ({ store }) => {
    const found = await store.readSnapshot(sourceId)
    if (!found) {
      const message = `There is no snapshot of ${sourceId}: \`eventstore snapshots\` lists them.`
      throw new RefusedError('SNAPSHOT_NOT_FOUND', message)
    }
    const { sourceType, sourceVersion, createdAt } = found
    const title = `${sourceId}  ${sourceType}  version ${sourceVersion}  ${createdAt?.toISOString()}`
    const body = JSON.stringify({ data: found.data, metadata: found.metadata }, undefined, 2)
    const { output } = context
    const titleLines = output.isTerminal ? wrap(printable(title), output.width) : [printable(title)]
    output.show([...titleLines, printableLines(body)].join('\n'), { ...found })
    return 0
  })
}
