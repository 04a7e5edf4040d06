import { type CompletedCommand, type CompletedOption, type Completion, withDescendants } from './completions.ts'

/** A function for each command; those that have commands below them go on to theirs. */
export function zshScript(program: CompletedCommand): string {
  return `#compdef eventstore
# Completion of eventstore for zsh. Put it into a folder of your fpath:
#   eventstore completion zsh > "$fpath[1]/_eventstore"
${withDescendants(program).map(functionOf).join('\n')}
if [ "$funcstack[1]" = "_eventstore" ]; then
  _eventstore "$@"
elif (( $+functions[compdef] )); then
  compdef _eventstore eventstore
fi
`
}

function functionOf(command: CompletedCommand): string {
  const specs = command.options.map(optionSpec)
  if (command.commands.length === 0) {
    const operands = command.operands.map((operand, index) => `'${index + 1}:operand:${action(operand)}'`)
    return `${nameOf(command)}() {
  _arguments -s -S ${[...specs, ...operands].join(' \\\n    ')}
}`
  }
  const described = command.commands.map(
    ({ path, description }) => `'${lastWord(path)}:${escaped(description).replaceAll(':', '\\:')}'`,
  )
  return `${nameOf(command)}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -s -S -C ${[...specs, "'1:command:->command'", "'*::argument:->argument'"].join(' \\\n    ')}
  case $state in
    command)
      local -a commands=(
        ${described.join('\n        ')}
      )
      _describe command commands ;;
    argument)
      case $line[1] in
${command.commands.map((child) => `        ${lastWord(child.path)}) ${nameOf(child)} ;;`).join('\n')}
      esac ;;
  esac
}`
}

function optionSpec({ names, description, value }: CompletedOption): string {
  const text = `[${escaped(description).replaceAll('[', '\\[').replaceAll(']', '\\]')}]`
  const argument = value ? `:value:${action(value)}` : ''
  if (names.length === 1) return `'${names[0]}${value ? '=' : ''}${text}${argument}'`
  return `'(${names.join(' ')})'{${names.map((name) => (value && name.startsWith('--') ? `${name}=` : name)).join(',')}}'${text}${argument}'`
}

function action(completion: Completion): string {
  switch (completion.kind) {
    case 'words':
      return `(${completion.words.join(' ')})`
    case 'files':
      return '_files'
    case 'folders':
      return '_files -/'
    case 'nothing':
      return ' '
    default:
      return completion satisfies never
  }
}

function nameOf({ path }: CompletedCommand): string {
  return ['_eventstore', ...path.split(' ')].filter((word) => word !== '').join('_')
}

function lastWord(path: string): string {
  return path.split(' ').at(-1) ?? ''
}

/** As it stands between single quotes. */
function escaped(text: string): string {
  return text.replaceAll("'", "'\\''")
}
