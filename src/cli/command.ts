import type { ExitCode } from './failure.ts'
import type { Output } from './output.ts'
import type { Settings, SettingValues } from './settings.ts'
import type { Terminal } from './terminal.ts'

/** The flags of all commands, as commander reads them. */
export interface Flags extends SettingValues {
  readonly config?: string
  readonly json?: boolean
  readonly yes?: boolean
  readonly database?: boolean
}

/** What a command works with. */
export interface CommandContext {
  /** The command's name. */
  readonly command: string
  readonly flags: Flags
  readonly settings: Settings
  readonly output: Output
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

export type CommandHandler = (context: CommandContext) => Promise<ExitCode>
