import { readManifest } from './manifest.ts'

/** One command of a pipeline that is run. */
export type Stage =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'eventstore'; readonly args: readonly string[] }
  /** Runs test files that the page has made, as they were compiled. */
  | { readonly kind: 'vitest'; readonly args: readonly string[] }

export interface Pipeline {
  readonly stages: readonly Stage[]
  /** Where its output goes, if not to the terminal. */
  readonly output?: string
}

/** What a block of commands comes to: what is run, what is left out and why, and what nobody understands. */
interface ShellBlock {
  readonly pipelines: readonly Pipeline[]
  readonly leftOut: readonly string[]
  readonly problems: readonly string[]
}

/** Programs that are not run, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  npm: 'would install packages, or run the tests in the tests',
  git: 'would clone this repository',
  cd: 'works in a folder of the reader',
  mkdir: 'works in a folder of the reader',
  node: 'runs what the blocks run',
  tsx: 'runs what the blocks run',
  createdb: 'is one of PostgreSQL, and need not be installed',
  psql: 'is one of PostgreSQL, and need not be installed',
  pg_dump: 'is one of PostgreSQL, and need not be installed; `npm run test:backup` runs it',
  pg_restore: 'is one of PostgreSQL, and need not be installed; `npm run test:backup` runs it',
  pg_basebackup: 'is one of PostgreSQL, and need not be installed; `npm run test:backup` runs it',
  pgbouncer: 'need not be installed; `npm run test:pgbouncer` runs it',
  docker: 'need not be installed',
}

/** Programs that only look at what a command has printed. */
const FILTERS = new Set(['jq', 'head', 'tail', 'grep', 'wc', 'less', 'sort', 'column'])

type Token = { readonly word: string } | { readonly operator: string }

/** What npm runs by itself. */
const NPM_COMMANDS = new Set(['install', 'ci', 'test', 'audit', 'i', 'exec', 'init'])

export function parseShell(code: readonly string[]): ShellBlock {
  const pipelines: Pipeline[] = []
  const leftOut: string[] = []
  const problems: string[] = []
  const attempt = (what: string, work: () => void) => {
    try {
      work()
    } catch (error) {
      problems.push(`\`${what}\`: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  attempt(code.join(' ').trim(), () => {
    for (const tokens of splitAt(tokenize(code.join('\n')), ['&&', ';'])) {
      const text = tokens.map((token) => ('word' in token ? token.word : token.operator)).join(' ')
      attempt(text, () => readPipeline(tokens, pipelines, leftOut))
    }
  })
  return { pipelines, leftOut, problems }
}

function readPipeline(tokens: readonly Token[], pipelines: Pipeline[], leftOut: string[]): void {
  if (tokens.length === 0) return
  const stages: Stage[] = []
  let output: string | undefined
  for (const command of splitAt(tokens, ['|'])) {
    const { words, input, file } = readRedirections(command)
    output = file ?? output
    if (input) stages.push(input)
    const [name = '', ...args] = words[0] === 'npx' ? words.slice(1) : words
    if (name === 'eventstore' || name === 'vitest') stages.push({ kind: name, args })
    else if (name === 'echo' && stages.length === 0) stages.push({ kind: 'text', text: `${args.join(' ')}\n` })
    else if (name === 'printf' && stages.length === 0 && args.length === 1) {
      stages.push({ kind: 'text', text: (args[0] ?? '').replaceAll('\\n', '\n') })
    } else if (name === 'cat' && stages.length === 0 && args.length === 1) {
      stages.push({ kind: 'file', path: args[0] ?? '' })
    } else if (FILTERS.has(name) && stages.some(({ kind }) => kind === 'eventstore')) break
    else if (Object.hasOwn(LEFT_OUT, name) && stages.length === 0) {
      if (name === 'npm') checkScript(args)
      leftOut.push(`${name} ${LEFT_OUT[name]}`)
      return
    } else throw new Error(`'${name}' is not known here: mark the block`)
  }
  if (!stages.some(({ kind }) => kind === 'eventstore' || kind === 'vitest'))
    throw new Error('nothing here is known: mark the block')
  pipelines.push({ stages, ...(output !== undefined && { output }) })
}

/** A script that the text names has to be there. */
function checkScript(args: readonly string[]): void {
  const [command = '', script = ''] = args
  if (NPM_COMMANDS.has(command)) return
  if (command !== 'run') throw new Error(`npm has no command '${command}' that is known here`)
  if (!Object.hasOwn(readManifest().scripts, script)) throw new Error(`package.json has no script '${script}'`)
}

function readRedirections(tokens: readonly Token[]) {
  const words: string[] = []
  let input: Stage | undefined
  let file: string | undefined
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token
    if ('word' in token) {
      if (words.length === 0 && /^DATABASE_URL=/.test(token.word)) continue
      words.push(token.word)
      continue
    }
    const next = tokens[++at]
    const target = next && 'word' in next ? next.word : ''
    if (token.operator === '<<<') input = { kind: 'text', text: `${target}\n` }
    else if (token.operator === '<') input = { kind: 'file', path: target }
    else if (token.operator === '>') file = target
    else throw new Error(`'${token.operator}' is not known here: mark the block`)
  }
  return { words, input, file }
}

function splitAt(tokens: readonly Token[], operators: readonly string[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]]
  for (const token of tokens) {
    if ('operator' in token && operators.includes(token.operator)) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

const TOKEN =
  /(?:[^\S\n]|\\\n)+|#.*|(?<end>\n\s*)|(?<operator>\|\||&&|<<<|[|&;<>])|(?<word>(?:'[^']*'|"(?:\\.|[^"\\])*"|\\[^\n]|[^\s'"\\|&;<>])+)/gy

/** Words and operators. A line ends a command, unless it ends with an operator. */
function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const match of text.matchAll(TOKEN)) {
    end = match.index + match[0].length
    const { operator, word, end: lineEnd } = match.groups ?? {}
    const last = tokens.at(-1)
    if (operator !== undefined) tokens.push({ operator })
    else if (word !== undefined) tokens.push({ word: unquote(word) })
    else if (lineEnd !== undefined && last && 'word' in last) tokens.push({ operator: ';' })
  }
  if (end < text.length) throw new Error(`a quote is not closed: ${text.slice(end)}`)
  return tokens
}

/** A word as the shell hands it over. A `$` that it would replace is refused: readers mean `'$all'`. */
function unquote(word: string): string {
  return word.replaceAll(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^'"\\]+)/g, (_, single, double, escaped, bare) => {
    if (single !== undefined || escaped !== undefined) return single ?? escaped
    if (/(?<!\\)[$`]/.test(double ?? bare))
      throw new Error('a $ is replaced by the shell here: put it in single quotes')
    return bare ?? double.replaceAll(/\\(["$`\\])/g, '$1')
  })
}
