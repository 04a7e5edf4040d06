import type { Command } from 'commander'
import type { ExitCode } from './failure.ts'
import type { Output } from './output.ts'
import type { Settings, SettingValues } from './settings.ts'
import type { Source } from './stdio.ts'
import type { Terminal } from './terminal.ts'

/** The flags of all commands, as commander reads them. */
export interface Flags extends SettingValues {
  readonly config?: string
  readonly json?: boolean
  readonly yes?: boolean
  readonly database?: boolean
  readonly expectedVersion?: string
  readonly from?: string
  readonly limit?: string
  readonly backwards?: boolean
  readonly after?: string
  readonly search?: string
  readonly sortBy?: string
  readonly descending?: boolean
  readonly page?: string
  readonly pageSize?: string
  readonly hard?: boolean
  readonly to?: string
  readonly fromSchema?: string
  readonly decoder?: string
  readonly port?: string
  readonly allowWrites?: boolean
  readonly seconds?: string
  readonly stream?: readonly string[]
  readonly force?: boolean
}

/** What a command works with. */
export interface CommandContext {
  /** The command's name. */
  readonly command: string
  /** What stands after the name and is no flag: as many as the command says that it takes. */
  readonly operands: readonly string[]
  readonly flags: Flags
  readonly settings: Settings
  readonly output: Output
  readonly terminal: Terminal
  readonly stdin: Source
  readonly signal: AbortSignal
}

/** What a command works with that needs no server. */
export interface LocalContext extends Omit<CommandContext, 'settings'> {
  /** All commands and their flags. */
  readonly program: Command
}

/** How a command is called. */
interface CommandUsage {
  /** As in `read <stream>`. */
  readonly usage: string
  readonly description: string
  /** Adds its flags. */
  readonly flags?: (command: Command) => Command
  /** The words of which its first operand is one, if it is. */
  readonly words?: readonly string[]
  /** What follows `eventstore`, a line each. */
  readonly examples: readonly string[]
  /** Whether it runs until it is interrupted, which is no failure then. */
  readonly endless?: boolean
}

/** A command: how it is called, and what it does. */
export interface CommandDefinition extends CommandUsage {
  readonly handler: (context: CommandContext) => Promise<ExitCode>
}

/** A command that needs no server. */
export interface LocalCommandDefinition extends CommandUsage {
  readonly runLocally: (context: LocalContext) => Promise<ExitCode>
}
