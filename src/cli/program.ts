import { readFileSync } from 'node:fs'
import { Command, type OutputConfiguration } from 'commander'
import type { CommandHandler } from './command.ts'
import { COMMAND_GROUPS } from './commands.ts'

type Action = (command: Command) => Promise<void>

/** The commands and their flags. */
export function createProgram(
  actionOf: (handler: CommandHandler) => Action,
  { writeOut, writeErr }: Required<Pick<OutputConfiguration, 'writeOut' | 'writeErr'>>,
): Command {
  const program = new Command('eventstore')
    .description('Looks into, operates and administers event stores in PostgreSQL databases.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({ writeOut, writeErr, outputError: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .option('--url <url>', 'postgres:// URL of the database (environment: DATABASE_URL)')
    .option('--embedded <folder>', 'instead of a URL: run the embedded server of this folder (EVENTSTORE_EMBEDDED)')
    .option('--schema <name>', 'schema of the tables, "eventstore" by default (EVENTSTORE_SCHEMA)')
    .option('--payload <type>', 'column type: json (the default), jsonb or bytea (EVENTSTORE_PAYLOAD)')
    .option('--config <file>', 'config file, else eventstore.config.ts, .js or .json in this folder')
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', HELP)
  for (const [group, definitions] of Object.entries(COMMAND_GROUPS)) {
    for (const { usage, description, flags, examples, handler } of definitions) {
      const command = defineAt(program, usage, group).description(description)
      flags?.(command)
      const act = actionOf(handler)
      command.addHelpText('after', examplesText(examples)).action(() => act(command))
    }
  }
  return program
}

/** Defines a command; of two words, as in `subscription delete <name>`, below the one that the first word names. */
function defineAt(program: Command, usage: string, group: string): Command {
  const [first = '', second = ''] = usage.split(' ')
  if (second === '' || /^[<[]/.test(second)) return program.command(usage).helpGroup(group)
  const parent =
    program.commands.find((command) => command.name() === first) ??
    program.command(first).description(`see \`eventstore ${first} --help\``).helpGroup(group)
  return parent.command(usage.slice(first.length + 1))
}

const HELP = `
A flag counts more than the environment, and that more than the config file.

Exit codes:
  0  done, or nothing to do
  1  failed, or a migration is pending
  2  wrong usage: nothing was done
${examplesText(['setup --url postgres://localhost/shop', 'streams --search order', 'read order-1 --json', 'tail $all'])}

A config file, eventstore.config.ts:
  export default {
    url: 'postgres://localhost/shop',
    schema: 'eventstore',
    payload: 'json',
  }`

function examplesText(lines: readonly string[]): string {
  return ['\nExamples:', ...lines.map((line) => `  eventstore ${line}`)].join('\n')
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : 'unknown'
}
