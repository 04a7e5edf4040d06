import { Command, Help, type OutputConfiguration } from 'commander'
import { PAYLOADS } from '../migrations/schema.ts'
import { packageVersion } from '../util/package-version.ts'
import type { CommandDefinition, LocalCommandDefinition } from './command.ts'
import { COMMAND_GROUPS } from './commands.ts'
import { checkOperands } from './operands.ts'
import { WordOption } from './word-option.ts'
import { wrap } from './wrap.ts'

type Definition = CommandDefinition | LocalCommandDefinition
type Action = (command: Command) => Promise<void>
type ProgramOutput = Required<Pick<OutputConfiguration, 'writeOut' | 'writeErr'>> & {
  /** Columns of the terminal; undefined where it is none. */
  readonly width: number | undefined
}

/** The commands and their flags. */
export function createProgram(
  actionOf: (definition: Definition) => Action,
  { writeOut, writeErr, width }: ProgramOutput,
): Command {
  const helpWidth = () => width ?? USUAL_WIDTH
  const program = new Command('eventstore')
    .description('Looks into, operates and administers event stores in PostgreSQL databases.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut,
      writeErr,
      outputError: () => {},
      getOutHelpWidth: helpWidth,
      getErrHelpWidth: helpWidth,
    })
    .configureHelp({ showGlobalOptions: true, formatItem })
    .option('--url <url>', 'postgres:// URL of the database (environment: DATABASE_URL)')
    .option('--embedded <folder>', 'instead of a URL: run the embedded server of this folder (EVENTSTORE_EMBEDDED)')
    .option('--schema <name>', 'schema of the tables, "eventstore" by default (EVENTSTORE_SCHEMA)')
    .addOption(
      new WordOption(
        '--payload <type>',
        'column type: json (the default), jsonb or bytea (EVENTSTORE_PAYLOAD)',
        PAYLOADS,
      ),
    )
    .option('--config <file>', 'config file, else eventstore.config.ts, .js or .json in this folder')
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', HELP)
    .commandsGroup('Other:')
    .helpCommand(true)
  for (const [group, definitions] of Object.entries(COMMAND_GROUPS)) {
    for (const definition of definitions) {
      const { usage, description, flags, words, examples } = definition
      const command = defineAt(program, usage, group).description(description)
      flags?.(command)
      checkOperands(command)
      if (words) command.registeredArguments[0]?.choices(words)
      const act = actionOf(definition)
      command.addHelpText('after', examplesText(examples)).action(() => act(command))
    }
  }
  return program
}

/** Defines a command; of two words, as in `subscription delete <name>`, below the one that the first word names. */
function defineAt(program: Command, usage: string, group: string): Command {
  const [first = '', second = ''] = usage.split(' ')
  if (second === '' || /^[<[]/.test(second)) return program.command(usage).helpGroup(group)
  const parent = program.commands.find((command) => command.name() === first) ?? program.command(first).helpGroup(group)
  const command = parent.command(usage.slice(first.length + 1))
  const names = parent.commands.map((child) => child.name()).join(' or ')
  parent.description(`${names}: see \`eventstore ${first} --help\``)
  return command
}

const USUAL_WIDTH = 80
/** Columns below which an explanation stands under what it explains instead of beside it. */
const NARROW = 70

function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  const width = helper.helpWidth ?? USUAL_WIDTH
  if (width >= NARROW) return Help.prototype.formatItem.call(helper, term, termWidth, description, helper)
  const lines = wrap(description, width - 6).map((line) => `      ${line}`)
  return [`  ${term}`, ...(description === '' ? [] : lines)].join('\n')
}

const HELP = `
A flag counts more than the environment, and that more than the config file.
A name that begins like a flag comes behind --: eventstore read -- -name

Exit codes:
  0    done, or nothing to do
  1    failed, a migration is pending, or the doctor has found a failure
  2    wrong usage: nothing was done
  130  interrupted by Ctrl-C; 143 by SIGTERM
${examplesText(['setup --url postgres://localhost/shop', 'streams --search order', 'read order-1 --json', "tail '$all'"])}

A config file, eventstore.config.ts:
  export default {
    url: 'postgres://localhost/shop',
    schema: 'eventstore',
    payload: 'json',
  }`

function examplesText(lines: readonly string[]): string {
  return ['\nExamples:', ...lines.map((line) => `  eventstore ${line}`)].join('\n')
}
