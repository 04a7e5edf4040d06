import { examine } from '../../operations/doctor/examine.ts'
import type { Finding, Level } from '../../operations/doctor/finding.ts'
import { packageVersion } from '../../util/package-version.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { findingText } from '../finding-text.ts'
import { withTarget } from '../target.ts'

/** `eventstore doctor`. */
export const doctor: CommandDefinition = {
  usage: 'doctor',
  description: 'examine server, schema, rights and settings, with advice; exit with 1 if the store cannot work',
  examples: [
    'doctor',
    'doctor --url postgres://app:secret@pooler:6432/shop',
    'doctor --json | jq \'select(.level != "ok")\'',
  ],
  handler: handle,
}

async function handle({ output, settings, signal }: CommandContext): Promise<ExitCode> {
  return withTarget(settings, signal, async ({ options, schemaText }) => {
    output.note(`Examining ${schemaText}, without changing anything.`)
    const found: Finding[] = []
    output.status('It takes some seconds at most …')
    for await (const finding of examine({ ...options, packageVersion: packageVersion() })) {
      found.push(finding)
      output.show(findingText(finding, output), { ...finding })
    }
    output.note(summaryOf(found))
    return found.some(({ level }) => level === 'failure') ? 1 : 0
  })
}

const COUNTED = {
  failure: ['failure', 'failures'],
  warning: ['warning', 'warnings'],
  advice: ['piece of advice', 'pieces of advice'],
  unknown: ['unknown', 'unknown'],
} as const

function summaryOf(found: readonly Finding[]): string {
  const countOf = (wanted: Level) => found.filter(({ level }) => level === wanted).length
  const counts = (['failure', 'warning', 'advice', 'unknown'] as const).flatMap((level) => {
    const count = countOf(level)
    return count === 0 ? [] : [`${count} ${COUNTED[level][count === 1 ? 0 : 1]}`]
  })
  if (counts.length === 0) return 'All is well.'
  const verdict = countOf('failure') > 0 ? 'The store cannot work like this' : 'The store can work'
  return `${verdict}: ${counts.join(', ')}.`
}
