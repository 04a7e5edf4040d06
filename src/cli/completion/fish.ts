import { type CompletedCommand, type CompletedOption, type Completion, withDescendants } from './completions.ts'

/** A line for each command, flag and word, with the condition under which it is offered. */
export function fishScript(program: CompletedCommand): string {
  const commands = withDescendants(program)
  const paths = commands.map(({ path }) => path).filter((path) => path !== '')
  const takesValue = [
    ...new Set(commands.flatMap(({ options }) => options.filter(({ value }) => value).flatMap(({ names }) => names))),
  ]
  return `# Completion of eventstore for fish:
#   eventstore completion fish > ~/.config/fish/completions/eventstore.fish

# The command so far, and behind a colon the number of its operands.
function __eventstore_place
  set -l path
  set -l operands 0
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip -eq 1
      set skip 0
      continue
    end
    switch $word
      case ${takesValue.join(' ')}
        set skip 1
      case '-*'
      case '*'
        if contains -- (string join -- ' ' $path $word) ${paths.map(quoted).join(' ')}
          set path $path $word
        else
          set operands (math $operands + 1)
        end
    end
  end
  set -l joined (string join -- ' ' $path)
  echo "$joined:$operands"
end

function __eventstore_in
  string match -q -- "$argv[1]:*" (__eventstore_place)
end

function __eventstore_at
  test "$argv[1]" = (__eventstore_place)
end

complete -c eventstore -f
${commands.flatMap(linesOf).join('\n')}
`
}

function linesOf(command: CompletedCommand): readonly string[] {
  const { path, commands, options, operands } = command
  return [
    ...commands.map((child) => {
      const word = child.path.split(' ').at(-1) ?? ''
      return `complete -c eventstore -n ${quoted(`__eventstore_at '${path}:0'`)} -a ${word} -d ${quoted(child.description)}`
    }),
    ...operands.flatMap((operand, index) => {
      if (operand.kind === 'nothing') return []
      return [`complete -c eventstore -n ${quoted(`__eventstore_at '${path}:${index}'`)} ${offerOf(operand)}`]
    }),
    ...options.map((option) => optionLine(path, option)),
  ]
}

function optionLine(path: string, { names, description, value }: CompletedOption): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ')
  const taken = value ? ` -r ${offerOf(value)}`.trimEnd() : ''
  return `complete -c eventstore -n ${quoted(`__eventstore_in '${path}'`)} ${flags}${taken} -d ${quoted(description)}`
}

function offerOf(completion: Completion): string {
  switch (completion.kind) {
    case 'words':
      return `-a ${quoted(completion.words.join(' '))}`
    case 'files':
      return '-F'
    case 'folders':
      return `-a '(__fish_complete_directories)'`
    case 'nothing':
      return ''
    default:
      return completion satisfies never
  }
}

/** Between single quotes fish knows two escapes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
