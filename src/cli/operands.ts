import type { Command } from 'commander'
import { checkName, describeValue } from '../util/arguments.ts'
import { isUuid } from '../util/uuid.ts'
import { UsageError } from './failure.ts'

/** What stands in a place of a command line must be, by what the usage calls it. */
const CHECKS: Readonly<Record<string, (text: string) => string>> = {
  stream: (text) => checkedName(text, 'The name of a stream'),
  name: (text) => checkedName(text, 'A name'),
  'source-id': (text) => checkedName(text, 'The source id of a snapshot'),
  id: checkedId,
}

/** Has a command refuse operands that cannot be meant, before it looks for a server. */
export function checkOperands(command: Command): void {
  for (const operand of command.registeredArguments) {
    const check = CHECKS[operand.name()]
    if (check) operand.argParser(check)
  }
}

/** A name as the store holds them. Throws UsageError. */
export function checkedName(text: string, what: string): string {
  try {
    return checkName(text, what)
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)}.`, { cause })
  }
}

function checkedId(text: string): string {
  if (isUuid(text)) return text
  throw new UsageError(`The id of an event must be a UUID, found ${describeValue(text)}.`)
}
