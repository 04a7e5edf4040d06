import { join } from 'node:path'
import ts from 'typescript'
import { compilerOptions, ENTRY_POINTS, ROOT, readPublicApi } from './docs-site-api.ts'

/** An example of a docstring, as a module with one function that runs it. */
export interface Example {
  readonly module: string
  readonly owner: string
  /** What it uses without declaring it. */
  readonly uses: readonly string[]
  readonly file: string
  readonly text: string
}

/** What stands before an example: names that would say more than its reader needs. */
const BEFORE: Readonly<Record<string, string>> = {
  drizzleClient: 'const db = drizzleDb',
  kyselyClient: 'const db = kyselyDb',
  'Subscription.reached': 'void subscription.run(handle)',
}

/** Where the modules would stand if they were written: there they find the packages that they import. */
const FOLDER = join(ROOT, 'test/docs/docstring-examples')

/** The examples of all docstrings, each once: what a class inherits, its interface shows. */
export function readExamples(host: ts.CompilerHost): readonly Example[] {
  const api = readPublicApi(host)
  const exported = Object.keys(ENTRY_POINTS).map((module) => {
    const names = api.filter((entry) => entry.module === module && /^\w+$/.test(entry.name)).map(({ name }) => name)
    return `import { ${names.join(', ')} } from '${module}'`
  })
  const seen = new Set<string>()
  return api.flatMap((entry) =>
    entry.examples.flatMap((code, index) => {
      if (seen.has(code)) return []
      seen.add(code)
      const file = join(FOLDER, `${entry.name.replaceAll(/\W+/g, '-')}-${index + 1}.ts`)
      const { module, name: owner } = entry
      const source = ts.createSourceFile('example.ts', `${BEFORE[owner] ?? ''}\n${code}`, ts.ScriptTarget.Latest, true)
      const uses = freeNames(source)
      return [{ module, owner, uses, file, text: moduleText(source, uses, exported) }]
    }),
  )
}

/** A host that has the examples as files, and reads every other file once. */
export function examplesHost(): ts.CompilerHost & { readonly examples: Map<string, string> } {
  const options = exampleOptions()
  const host = ts.createCompilerHost(options, true)
  const examples = new Map<string, string>()
  const parsed = new Map<string, ts.SourceFile | undefined>()
  return {
    ...host,
    examples,
    fileExists: (file) => examples.has(file) || host.fileExists(file),
    readFile: (file) => examples.get(file) ?? host.readFile(file),
    getSourceFile(file, languageVersion, onError) {
      const example = examples.get(file)
      if (example !== undefined) return ts.createSourceFile(file, example, languageVersion, true)
      if (!parsed.has(file)) parsed.set(file, host.getSourceFile(file, languageVersion, onError))
      return parsed.get(file)
    },
  }
}

/** What the compiler has against the examples, each complaint with the docstring that it is about. */
export function checkExamples(
  host: ts.CompilerHost & { readonly examples: Map<string, string> },
  examples: readonly Example[],
): readonly string[] {
  for (const { file, text } of examples) host.examples.set(file, text)
  const program = ts.createProgram({ rootNames: [...host.examples.keys()], options: exampleOptions(), host })
  return examples.flatMap(({ owner, file }) => {
    const source = program.getSourceFile(file)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${owner}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    )
  })
}

/** The example as JavaScript that calls `require`. */
export function transpile({ file, text }: Example): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.CommonJS, esModuleInterop: true }
  return ts.transpileModule(text, { fileName: file, compilerOptions }).outputText
}

function exampleOptions(): ts.CompilerOptions {
  return compilerOptions({
    paths: Object.fromEntries(Object.entries(ENTRY_POINTS).map(([module, file]) => [module, [file]])),
    noUnusedLocals: false,
    noUnusedParameters: false,
    noImplicitReturns: false,
    verbatimModuleSyntax: false,
    isolatedModules: false,
  })
}

/** Imports stay where they are; the rest becomes a function of what it uses and does not declare. */
function moduleText(source: ts.SourceFile, uses: readonly string[], exported: readonly string[]): string {
  const imports = source.statements.filter(ts.isImportDeclaration)
  const body = source.statements.filter((statement) => !ts.isImportDeclaration(statement))
  return [
    ...exported,
    "import type { Given } from '../docs-site-given.ts'",
    ...imports.map((statement) => statement.getFullText()),
    `export async function example({ ${uses.join(', ')} }: Given) {`,
    '{',
    ...body.map((statement) => statement.getFullText()),
    '}',
    '}',
    '',
  ].join('\n')
}

/** The names of what is given that a text uses and does not declare or import. */
function freeNames(source: ts.SourceFile): readonly string[] {
  const used = new Set<string>()
  const declared = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      if (isDeclared(node)) declared.add(node.text)
      else if (!isOfObject(node)) used.add(node.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return GIVEN_NAMES.filter((name) => used.has(name) && !declared.has(name))
}

function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || ts.isParameter(parent))
    return parent.name === node
  return ts.isImportSpecifier(parent) || ts.isImportClause(parent)
}

/** Whether it names a field. */
function isOfObject({ parent, text }: ts.Identifier): boolean {
  return (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name.getText() === text
}

const GIVEN_NAMES = [
  'store',
  'subscription',
  'subscriber',
  'event',
  'error',
  'product',
  'id',
  'client',
  'drizzleDb',
  'kyselyDb',
  'knex',
  'sql',
  'handle',
  'send',
  'project',
  'projectAll',
  'retry',
  'decideAgain',
  'console',
  'process',
] as const satisfies readonly (keyof import('./docs-site-given.ts').Given)[]
