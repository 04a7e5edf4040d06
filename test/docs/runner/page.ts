import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Marker, readMarker, type Treatment } from './marker.ts'

export const PROJECT = join(import.meta.dirname, '../../..')

type Language = 'ts' | 'sql' | 'sh' | 'json'

/** A fenced block of code, or a hidden piece of set-up code. Lines are those of the page, the first is 1. */
export interface Block {
  readonly language: Language
  /** The line of the fence that opens it, or of the comment that it stands in. */
  readonly line: number
  /** The line of its first line of code. */
  readonly start: number
  /** The line of the fence that closes it. */
  readonly end: number
  readonly code: readonly string[]
  readonly treatment: Treatment
}

/** A page of the documentation, as far as code is concerned. */
export interface Page {
  /** Its path in the project. */
  readonly name: string
  readonly lines: number
  readonly blocks: readonly Block[]
  /** What is wrong with its markers, each with its line. */
  readonly problems: readonly string[]
}

const LANGUAGES: ReadonlyMap<string, Language> = new Map([
  ['ts', 'ts'],
  ['typescript', 'ts'],
  ['js', 'ts'],
  ['javascript', 'ts'],
  ['sql', 'sql'],
  ['sh', 'sh'],
  ['bash', 'sh'],
  ['shell', 'sh'],
  ['json', 'json'],
])

const RUN: Treatment = { kind: 'run', exitCode: 0 }

/** The pages that the tests keep true. */
export function readPages(): readonly Page[] {
  const guides = readdirSync(join(PROJECT, 'docs')).filter((name) => name.endsWith('.md'))
  return ['README.md', ...guides.toSorted().map((name) => `docs/${name}`)].map((name) =>
    parsePage(name, readFileSync(join(PROJECT, name), 'utf8')),
  )
}

export function parsePage(name: string, text: string): Page {
  const lines = text.split('\n')
  const parser = new Parser(lines)
  for (let at = 0; at < lines.length; ) at = parser.read(at)
  return { name, lines: lines.length, blocks: parser.blocks, problems: parser.finish() }
}

class Parser {
  readonly blocks: Block[] = []
  readonly #lines: readonly string[]
  readonly #problems: string[] = []
  /** The marker that waits for its block, and its line. */
  #pending: { readonly treatment: Treatment; readonly line: number } | undefined

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  /** Reads what begins in this line. Returns where the rest begins. */
  read(at: number): number {
    const line = this.#lines[at] ?? ''
    const fence = /^\s*(?<ticks>```+)\s*(?<language>\w*)/.exec(line)?.groups
    if (fence) return this.#readBlock(at, fence.ticks ?? '', LANGUAGES.get(fence.language ?? ''))
    if (/^\s*<!--\s*example:/.test(line)) return this.#readComment(at)
    if (line.trim() !== '') this.#complain('a marker stands right before the block that it is for')
    return at + 1
  }

  finish(): readonly string[] {
    this.#complain('no block follows')
    return this.#problems
  }

  #readBlock(at: number, ticks: string, language: Language | undefined): number {
    const end = this.#find(at + 1, (line) => line.trim() === ticks)
    if (language) {
      const code = this.#lines.slice(at + 1, end)
      const treatment = this.#pending?.treatment ?? RUN
      this.blocks.push({ language, line: at + 1, start: at + 2, end: end + 1, code, treatment })
      this.#pending = undefined
    } else this.#complain('the block that follows is none that is run or checked')
    return end + 1
  }

  #readComment(at: number): number {
    this.#complain('no block follows')
    const end = this.#find(at, (line) => line.includes('-->'))
    const marker = readMarker(this.#lines.slice(at, end + 1))
    if (marker.kind === 'wrong') this.#problems.push(`${at + 1}: ${marker.problem}`)
    else if (marker.kind === 'setup') this.#addSetup(at, end, marker)
    else this.#pending = { treatment: marker, line: at + 1 }
    return end + 1
  }

  /** Its code stands in the line of the comment, or in lines between that and the arrow. */
  #addSetup(at: number, end: number, { language, text }: Extract<Marker, { kind: 'setup' }>): void {
    const [start, code] = end === at ? [at + 1, [text]] : [at + 2, this.#lines.slice(at + 1, end)]
    this.blocks.push({ language, line: at + 1, start, end: end + 1, code, treatment: RUN })
  }

  /** Says what is wrong with the marker that waits, if one does. */
  #complain(problem: string): void {
    if (this.#pending) this.#problems.push(`${this.#pending.line}: ${problem}`)
    this.#pending = undefined
  }

  #find(from: number, wanted: (line: string) => boolean): number {
    for (let at = from; at < this.#lines.length; at++) if (wanted(this.#lines[at] ?? '')) return at
    throw new Error(`Line ${from} begins a block or a comment that has no end`)
  }
}
