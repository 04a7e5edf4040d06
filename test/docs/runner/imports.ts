import { dirname, join, posix, relative, sep } from 'node:path'
import ts from 'typescript'
import { readManifest } from './manifest.ts'
import { PROJECT } from './page.ts'

/** The imports of a program that is made of blocks, each name once. */
export class Imports {
  readonly #modules = new Map<string, Set<string>>()

  /** Takes the imports out of a piece of code, and leaves its lines where they are. */
  takeFrom(code: string): string {
    let rest = code
    for (const statement of parse(code).statements) {
      if (!ts.isImportDeclaration(statement)) continue
      this.#add(statement)
      const [start, end] = [statement.getStart(), statement.end]
      rest = rest.slice(0, start) + rest.slice(start, end).replaceAll(/[^\n]/g, ' ') + rest.slice(end)
    }
    return rest
  }

  /** All of them, on one line. */
  toString(): string {
    const imports = [...this.#modules].flatMap(([module, clauses]) =>
      [...clauses].map((clause) => `import ${clause === '' ? '' : `${clause} from `}${JSON.stringify(module)}; `),
    )
    return imports.join('')
  }

  #add({ importClause, moduleSpecifier }: ts.ImportDeclaration): void {
    if (!ts.isStringLiteral(moduleSpecifier)) return
    const clauses = this.#modules.get(moduleSpecifier.text) ?? new Set<string>()
    this.#modules.set(moduleSpecifier.text, clauses)
    const { name, namedBindings, phaseModifier } = importClause ?? {}
    const type = phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type ' : ''
    const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : []
    const parts = [
      ...(name ? [`${type}${name.text}`] : []),
      ...(namedBindings && ts.isNamespaceImport(namedBindings) ? [`${type}${namedBindings.getText()}`] : []),
      ...named.map((element) => `{ ${type}${element.getText()} }`),
    ]
    if (parts.length === 0) clauses.add('')
    for (const part of parts) clauses.add(part)
  }
}

/**
 * The code with the package imported from its source, as a file at `path` has to name it. What is published at `./dist/x.js` is
 * made of `src/x.ts`.
 */
export function importFromSource(code: string, path: string): string {
  let result = code
  for (const statement of parse(code).statements.toReversed()) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const source = sourceOf(statement.moduleSpecifier.text)
    if (source === undefined) continue
    const { end } = statement.moduleSpecifier
    const start = statement.moduleSpecifier.getStart()
    result = `${result.slice(0, start)}'${toPosix(relative(dirname(path), source))}'${result.slice(end)}`
  }
  return result
}

function sourceOf(specifier: string): string | undefined {
  const { name, exports } = readManifest()
  if (specifier !== name && !specifier.startsWith(`${name}/`)) return undefined
  const target = exports[`.${specifier.slice(name.length)}`]
  if (target === undefined) throw new Error(`The package has no export ${specifier}`)
  return join(PROJECT, target.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'))
}

function toPosix(path: string): string {
  return path.split(sep).join(posix.sep)
}

function parse(code: string): ts.SourceFile {
  return ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true)
}
