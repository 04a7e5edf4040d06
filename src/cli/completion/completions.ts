import type { Command, Option } from 'commander'
import { WordOption } from '../word-option.ts'

/** What may stand in a place of a command line. */
export type Completion =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' | 'folders' | 'nothing' }

export interface CompletedOption {
  /** As in `-y` and `--yes`. */
  readonly names: readonly string[]
  readonly description: string
  /** What its value may be; undefined when it takes none. */
  readonly value: Completion | undefined
}

export interface CompletedCommand {
  /** Its words, as in `subscription reset`; empty for the program itself. */
  readonly path: string
  readonly description: string
  readonly commands: readonly CompletedCommand[]
  /** Its own, and those of all commands. */
  readonly options: readonly CompletedOption[]
  readonly operands: readonly Completion[]
}

/** What a shell has to know of a program: every command and flag that it defines. */
export function completionsOf(command: Command, parents: readonly Command[] = []): CompletedCommand {
  const help = command.createHelp()
  const path = [...parents, command].slice(1).map((each) => each.name())
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)]
  return {
    path: path.join(' '),
    description: command.description(),
    commands: command.commands.map((child) => completionsOf(child, [...parents, command])),
    options: uniqueByName(options).map(optionOf),
    operands: command.registeredArguments.map((operand) =>
      operand.argChoices ? { kind: 'words', words: operand.argChoices } : completionOf(operand.name()),
    ),
  }
}

/** The command and those below it. */
export function withDescendants(command: CompletedCommand): readonly CompletedCommand[] {
  return [command, ...command.commands.flatMap(withDescendants)]
}

function uniqueByName(options: readonly Option[]): readonly Option[] {
  return options.filter((option, index) => options.findIndex((other) => other.long === option.long) === index)
}

function optionOf(option: Option): CompletedOption {
  const placeholder = /[<[](\w+)/.exec(option.flags)?.[1] ?? ''
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    value: !option.required && !option.optional ? undefined : completionOfValue(option, placeholder),
  }
}

function completionOfValue(option: Option, placeholder: string): Completion {
  return option instanceof WordOption ? { kind: 'words', words: option.words } : completionOf(placeholder)
}

function completionOf(placeholder: string): Completion {
  if (placeholder === 'file') return { kind: 'files' }
  return { kind: placeholder === 'folder' ? 'folders' : 'nothing' }
}
