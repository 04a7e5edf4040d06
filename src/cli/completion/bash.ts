import { type CompletedCommand, type Completion, withDescendants } from './completions.ts'

/**
 * Bash splits words at `:`, `@` and `=`, too: `--url postgres://host/shop` is four words. So what follows one of these belongs to what
 * stands before it.
 */
export function bashScript(program: CompletedCommand): string {
  const commands = withDescendants(program)
  const paths = commands.map(({ path }) => path).filter((path) => path !== '')
  const takesValue = namesOf(commands.flatMap(({ options }) => options.filter(({ value }) => value)))
  return `# Completion of eventstore for bash. For this shell: source <(eventstore completion bash)
# For all of yours: eventstore completion bash > ~/.local/share/bash-completion/completions/eventstore
_eventstore() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous='' path='' word operands=0 index=1
  [[ $current == = ]] && current=''
  while ((index < COMP_CWORD)); do
    word=\${COMP_WORDS[index]}
    ((index++))
    case $word in
      : | = | @) ((index++)) ;;
      ${takesValue.join(' | ')})
        [[ \${COMP_WORDS[index]} == = ]] && ((index < COMP_CWORD)) && ((index++))
        if ((index >= COMP_CWORD)); then previous=$word; else ((index++)); fi ;;
      -*) ;;
      *)
        case "\${path:+$path }$word" in
          ${paths.map((path) => quoted(path)).join(' | ')}) path="\${path:+$path }$word" ;;
          *) ((operands++)) ;;
        esac ;;
    esac
  done
  COMPREPLY=()
  if [[ -n $previous ]]; then
    case "$path $previous" in
${commands.flatMap((command) => valueCases(command)).join('\n')}
    esac
  elif [[ $current == -* ]]; then
    case $path in
${commands.map(({ path, options }) => `      ${quoted(path)}) ${replyWords(namesOf(options))} ;;`).join('\n')}
    esac
  else
    case "$path $operands" in
${commands.flatMap(operandCases).join('\n')}
    esac
  fi
}
complete -F _eventstore eventstore
`
}

function namesOf(options: CompletedCommand['options']): readonly string[] {
  return [...new Set(options.flatMap(({ names }) => names))]
}

function valueCases({ path, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ names, value }) => {
    if (!value || value.kind === 'nothing') return []
    return [`      ${names.map((name) => quoted(`${path} ${name}`)).join(' | ')}) ${reply(value)} ;;`]
  })
}

function operandCases({ path, commands, operands }: CompletedCommand): readonly string[] {
  const lines = operands.flatMap((operand, index) =>
    operand.kind === 'nothing' ? [] : [`      ${quoted(`${path} ${index}`)}) ${reply(operand)} ;;`],
  )
  if (commands.length === 0) return lines
  const names = commands.map((command) => command.path.split(' ').at(-1) ?? '')
  // Words that are no command do not count: part of a URL, perhaps.
  return [...lines, `      ${quoted(`${path} `)}[0-9]*) ${replyWords(names)} ;;`]
}

function reply(completion: Completion): string {
  switch (completion.kind) {
    case 'words':
      return replyWords(completion.words)
    case 'files':
      return namesOfKind('-f')
    case 'folders':
      return namesOfKind('-d')
    case 'nothing':
      return ':'
    default:
      return completion satisfies never
  }
}

function replyWords(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$current"))`
}

/** Names may have spaces. No `mapfile`: the bash of macOS does not know it. */
function namesOfKind(flag: '-f' | '-d'): string {
  return `local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen ${flag} -- "$current"))`
}

function quoted(text: string): string {
  return `'${text}'`
}
