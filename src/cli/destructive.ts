import type { Command } from 'commander'

/** The flags of a command that destroys events. */
export function destructive(command: Command): Command {
  return command
    .option('--database', 'the whole database, not only the schema')
    .option('-y, --yes', 'do not ask; needed where there is no terminal')
}
