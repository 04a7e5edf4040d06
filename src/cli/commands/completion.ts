import type { LocalCommandDefinition, LocalContext } from '../command.ts'
import { bashScript } from '../completion/bash.ts'
import { type CompletedCommand, completionsOf } from '../completion/completions.ts'
import { fishScript } from '../completion/fish.ts'
import { zshScript } from '../completion/zsh.ts'
import type { ExitCode } from '../failure.ts'

const SCRIPTS: Readonly<Record<string, (program: CompletedCommand) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** `eventstore completion`. */
export const completion: LocalCommandDefinition = {
  usage: 'completion <shell>',
  description: 'print a script that completes commands and flags in bash, zsh or fish',
  words: Object.keys(SCRIPTS),
  examples: [
    'completion bash > ~/.local/share/bash-completion/completions/eventstore',
    'completion zsh > "$fpath[1]/_eventstore"',
    'completion fish > ~/.config/fish/completions/eventstore.fish',
  ],
  runLocally: print,
}

async function print({ operands, output, program }: LocalContext): Promise<ExitCode> {
  const [shell = ''] = operands
  const script = SCRIPTS[shell]?.(completionsOf(program)) ?? ''
  output.show(script.trimEnd(), { command: 'completion', shell, script })
  return 0
}
