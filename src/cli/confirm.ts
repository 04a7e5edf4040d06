import { DeclinedError, UsageError } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Throws UsageError when there is neither `--yes` nor anybody to ask: nothing must be touched then. */
export function checkConfirmable(command: string, yes: boolean, terminal: Terminal): void {
  if (yes || terminal.interactive) return
  throw new UsageError(
    `\`eventstore ${command}\` destroys events and there is no terminal to ask on: nothing was changed. ` +
      'Repeat it with --yes if that is what you want.',
  )
}

/** Has the user type the name of what is about to be destroyed. Throws DeclinedError when it is not that name. */
export async function confirm(
  terminal: Terminal,
  { consequence, what, name }: { readonly consequence: string; readonly what: string; readonly name: string },
): Promise<void> {
  const answer = await terminal.ask(`${consequence}\nType the name of the ${what} to go on: `)
  // A name may begin or end with a space.
  if (answer !== name && answer?.trim() !== name)
    throw new DeclinedError(`That is not the name of the ${what}: nothing was changed.`)
}
