import { join } from 'node:path'
import { Imports, importFromSource } from './imports.ts'
import { type Block, type Page, PROJECT } from './page.ts'
import { type PrintedPromise, watchLine } from './promises.ts'
import { parseShell } from './shell.ts'

/** Where the compiler is told that programs stand: among the tests, so that they find the packages that those find. */
const PROGRAMS = join(PROJECT, 'test/docs/programs')
const RUNTIME = '../../runner/runtime.ts'

/** A page as a program: its blocks one after the other, each in the scope of those before it. */
export interface Program {
  readonly page: string
  /** Its files, by path. Each line stands where it stands in the page. */
  readonly files: ReadonlyMap<string, string>
  readonly main: string
  readonly promises: readonly PrintedPromise[]
  /** Blocks that are run, by line. */
  readonly steps: ReadonlySet<number>
  /** What cannot be made a program of, each with its line. */
  readonly problems: readonly string[]
  /** Commands that are not run, and why. */
  readonly leftOut: readonly string[]
}

/**
 * Makes a program of a page. A later block may declare a name again, because each begins a scope inside that of the one before.
 * What is not run stands in a function that nobody calls: it is checked, and what follows does not see it.
 */
export function programOf(page: Page): Program {
  const builder = new Builder(page)
  for (const block of page.blocks) builder.add(block)
  return builder.finish()
}

class Builder {
  readonly #page: string
  readonly #folder: string
  readonly #imports = new Imports()
  readonly #lines: string[]
  readonly #files = new Map<string, string>()
  readonly #promises: PrintedPromise[] = []
  readonly #steps = new Set<number>()
  readonly #problems: string[]
  readonly #leftOut: string[] = []
  /** Scopes that are open. */
  #depth = 1

  constructor({ name, lines, problems }: Page) {
    this.#page = name
    this.#folder = join(PROGRAMS, name.replace(/\.md$/, '').replaceAll('/', '-'))
    this.#imports.takeFrom(`import { $docs } from '${RUNTIME}'`)
    this.#lines = new Array<string>(lines + 1).fill('')
    this.#problems = [...problems]
  }

  add(block: Block): void {
    const { treatment, language } = block
    switch (treatment.kind) {
      case 'no-check':
        return
      case 'no-run':
        if (language === 'ts') this.#addUncalled(block)
        return
      case 'file':
        this.#addFile(block, treatment.name)
        return
      case 'run':
        if (language === 'ts') this.#addCode(block)
        else if (language === 'sql') this.#addStep(block, `sql(${block.line}, ${quoted(block.code.join('\n'))})`)
        else if (language === 'sh') this.#addCommands(block, treatment.exitCode)
        else this.#checkJson(block)
        return
      default:
        treatment satisfies never
    }
  }

  finish(): Program {
    this.#put(this.#lines.length, `${'}'.repeat(this.#depth)} await $docs.done()`)
    const main = join(this.#folder, 'main.ts')
    const code = `${this.#imports};{ await using store = $docs.openStore(); ${this.#lines.join('\n')}`
    return {
      page: this.#page,
      files: this.#files.set(main, importFromSource(code, main)),
      main,
      promises: this.#promises,
      steps: this.#steps,
      problems: this.#problems,
      leftOut: this.#leftOut,
    }
  }

  #addCode({ line, start, code }: Block): void {
    this.#steps.add(line)
    this.#depth++
    this.#put(line, `;{ $docs.block(${line}); `)
    const watched = code.map((text, index) => {
      const { text: changed, promise } = watchLine(text, start + index)
      if (promise !== undefined) this.#promises.push({ line: start + index, block: line, text: promise })
      return changed
    })
    this.#putCode(start, watched)
  }

  #addUncalled({ line, start, end, code }: Block): void {
    this.#put(line, ';void (async () => {')
    this.#putCode(start, code)
    this.#put(end, '});')
  }

  #addFile(block: Block, name: string): void {
    const { language, line, start } = block
    const code = block.code.join('\n')
    this.#addStep(block, `file(${line}, ${quoted(name)}, ${quoted(`${code}\n`)})`)
    if (language !== 'ts') return
    const path = join(this.#folder, name)
    this.#files.set(path, importFromSource('\n'.repeat(start - 1) + code, path))
  }

  #addCommands(block: Block, exitCode: number): void {
    const { pipelines, leftOut, problems } = parseShell(block.code)
    this.#problems.push(...problems.map((problem) => `${block.line}: ${problem}`))
    this.#leftOut.push(...leftOut)
    if (pipelines.length > 0) this.#addStep(block, `shell(${block.line}, ${JSON.stringify(pipelines)}, ${exitCode})`)
  }

  /** JSON as a whole, or a value a line. */
  #checkJson({ line, code }: Block): void {
    if (isJson(code.join('\n'))) return
    const wrong = code.find((text) => text.trim() !== '' && !isJson(text))
    if (wrong !== undefined) this.#problems.push(`${line}: this is no JSON: ${wrong.trim()}`)
  }

  #addStep({ line }: Block, call: string): void {
    this.#steps.add(line)
    this.#put(line, `;await $docs.${call};`)
  }

  #putCode(start: number, code: readonly string[]): void {
    const rest = this.#imports.takeFrom(code.join('\n')).split('\n')
    for (const [index, text] of rest.entries()) this.#put(start + index, text)
  }

  #put(line: number, text: string): void {
    this.#lines[line - 1] += text
  }
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
