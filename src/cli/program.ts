import { readFileSync } from 'node:fs'
import { Command, type OutputConfiguration } from 'commander'
import type { CommandHandler } from './command.ts'
import { create } from './commands/create.ts'
import { drop } from './commands/drop.ts'
import { init } from './commands/init.ts'
import { migrate } from './commands/migrate.ts'
import { migrations } from './commands/migrations.ts'
import { reset } from './commands/reset.ts'
import { setup } from './commands/setup.ts'

type Action = (flags: unknown, command: Command) => Promise<void>

/** The commands and their flags. */
export function createProgram(
  actionOf: (handler: CommandHandler) => Action,
  { writeOut, writeErr }: Required<Pick<OutputConfiguration, 'writeOut' | 'writeErr'>>,
): Command {
  const program = new Command('eventstore')
    .description('Administers event stores in PostgreSQL databases.')
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

  program
    .command('create')
    .description('create the database')
    .addHelpText('after', examples('create --url postgres://localhost/shop'))
    .action(actionOf(create))
  program
    .command('init')
    .description('create the schema and its tables in a database that exists')
    .addHelpText('after', examples('init', 'init --schema orders --payload jsonb'))
    .action(actionOf(init))
  program
    .command('setup')
    .description('create what is missing: the database, the schema, its tables')
    .addHelpText('after', examples('setup --url postgres://localhost/shop', 'setup --embedded ./data'))
    .action(actionOf(setup))
  program
    .command('migrate')
    .description('bring the schema up to date with this version of pg-event-store')
    .addHelpText('after', examples('migrate', 'migrate --schema orders --json'))
    .action(actionOf(migrate))
  program
    .command('migrations')
    .description('list the migrations of the schema; exit with 1 if one is pending')
    .addHelpText('after', examples('migrations', 'migrations || eventstore migrate'))
    .action(actionOf(migrations))
  destructive(program.command('drop'))
    .description('drop the schema with all its events')
    .addHelpText('after', examples('drop', 'drop --schema orders --yes', 'drop --database'))
    .action(actionOf(drop))
  destructive(program.command('reset'))
    .description('drop the schema with all its events, and create it anew')
    .addHelpText('after', examples('reset', 'reset --yes', 'reset --database --yes'))
    .action(actionOf(reset))
  return program
}

const HELP = `
A flag counts more than the environment, and that more than the config file.

Exit codes:
  0  done, or nothing to do
  1  failed, or a migration is pending
  2  wrong usage: nothing was done
${examples('setup --url postgres://localhost/shop', 'migrations', 'migrate', 'drop --schema orders')}

A config file, eventstore.config.ts:
  export default {
    url: 'postgres://localhost/shop',
    schema: 'eventstore',
    payload: 'json',
  }`

function destructive(command: Command): Command {
  return command
    .option('--database', 'the whole database, not only the schema')
    .option('-y, --yes', 'do not ask; needed where there is no terminal')
}

function examples(...lines: readonly string[]): string {
  return ['\nExamples:', ...lines.map((line) => `  eventstore ${line}`)].join('\n')
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : 'unknown'
}
