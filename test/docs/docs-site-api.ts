import { join, resolve } from 'node:path'
import ts from 'typescript'

export const ROOT = resolve(import.meta.dirname, '../..')

/** The entry points of the package, by the names that users import. */
export const ENTRY_POINTS = {
  'pg-event-store': join(ROOT, 'src/index.ts'),
  'pg-event-store/migrations': join(ROOT, 'src/migrations/index.ts'),
  'pg-event-store/adapters': join(ROOT, 'src/adapters/index.ts'),
} as const

/** An export or a public member of one, with what its docstring says. */
export interface Documented {
  /** The module that it is imported from. */
  readonly module: string
  /** `EventStore`, `EventStore.append`. */
  readonly name: string
  /** The text before the tags. */
  readonly text: string
  readonly examples: readonly string[]
  /** The first word of each `@throws`. */
  readonly thrown: readonly string[]
  /** Functions, classes and their methods are shown by an example. */
  readonly needsExample: boolean
  /** Whether it may be left out, and what it is then. */
  readonly optional: boolean
  readonly defaultValue: string | undefined
}

const PLAIN = { examples: [], thrown: [], needsExample: false, optional: false, defaultValue: undefined } as const

/** The project's compiler options, with others instead of some. */
export function compilerOptions(changed: ts.CompilerOptions = {}): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  return { ...ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT).options, ...changed }
}

/** All that users can import, in order of declaration. */
export function readPublicApi(host?: ts.CompilerHost): readonly Documented[] {
  const options = compilerOptions()
  const rootNames = Object.values(ENTRY_POINTS)
  const program = ts.createProgram({ rootNames, options, host: host ?? ts.createCompilerHost(options, true) })
  const checker = program.getTypeChecker()
  return Object.entries(ENTRY_POINTS).flatMap(([module, file]) => {
    const source = program.getSourceFile(file)
    const symbol = source && checker.getSymbolAtLocation(source)
    if (!symbol) throw new Error(`Expected ${file} to be a module`)
    return checker.getExportsOfModule(symbol).flatMap((exported) => describeExport(checker, module, exported))
  })
}

function describeExport(checker: ts.TypeChecker, module: string, exported: ts.Symbol): readonly Documented[] {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
  const { name } = exported
  const needsExample = (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Function)) !== 0
  const members = (symbol.declarations ?? []).flatMap((declaration) => {
    if (ts.isClassDeclaration(declaration)) {
      return declaration.members.flatMap((member) => describeClassMember(checker, module, name, member))
    }
    if (ts.isInterfaceDeclaration(declaration)) {
      return declaration.members.map((member) => describeMember(checker, module, name, member))
    }
    if (ts.isTypeAliasDeclaration(declaration)) return describeLiterals(checker, module, name, declaration.type)
    return []
  })
  return [{ ...PLAIN, module, name, ...docOf(checker, symbol), needsExample }, ...members]
}

function describeClassMember(
  checker: ts.TypeChecker,
  module: string,
  owner: string,
  member: ts.ClassElement,
): readonly Documented[] {
  if (isHidden(member)) return []
  if (!ts.isConstructorDeclaration(member)) {
    const described = describeMember(checker, module, owner, member)
    const callable = !ts.isGetAccessor(member) && checker.getTypeAtLocation(member).getCallSignatures().length > 0
    return [{ ...described, needsExample: callable }]
  }
  const fields = member.parameters.filter(
    (parameter) => ts.isParameterPropertyDeclaration(parameter, member) && !isHidden(parameter),
  )
  const described = fields.map((field) => describeMember(checker, module, owner, field))
  // Errors are made by the store.
  return owner.endsWith('Error') ? described : [...described, describeConstructor(module, owner, member)]
}

function describeConstructor(module: string, owner: string, member: ts.ConstructorDeclaration): Documented {
  const [doc] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc)
  const text = ts.getTextOfJSDocComment(doc?.comment) ?? ''
  return { ...PLAIN, module, name: `${owner}.constructor`, text, thrown: thrownIn(member) }
}

function describeMember(
  checker: ts.TypeChecker,
  module: string,
  owner: string,
  member: ts.ClassElement | ts.TypeElement | ts.ParameterDeclaration,
): Documented {
  const symbol = member.name && checker.getSymbolAtLocation(member.name)
  if (!symbol) throw new Error(`${owner} has a member without a name: ${member.getText()}`)
  const name = `${owner}.${member.name?.getText()}`
  const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0
  return { ...PLAIN, module, name, ...docOf(checker, symbol), optional }
}

/** The members of the object types of an alias. Of a union of such, each has a sentence for all of its members. */
function describeLiterals(
  checker: ts.TypeChecker,
  module: string,
  owner: string,
  type: ts.TypeNode,
): readonly Documented[] {
  if (ts.isFunctionTypeNode(type)) return []
  if (ts.isTypeLiteralNode(type)) return type.members.map((member) => describeMember(checker, module, owner, member))
  if (ts.isUnionTypeNode(type)) return describeAlternatives(module, owner, type)
  const inner: Documented[] = []
  ts.forEachChild(type, (child) => {
    if (ts.isTypeNode(child)) inner.push(...describeLiterals(checker, module, owner, child))
  })
  return inner
}

function describeAlternatives(module: string, owner: string, union: ts.UnionTypeNode): readonly Documented[] {
  const source = union.getSourceFile().text
  return union.types.flatMap((type, index) => {
    if (!ts.isTypeLiteralNode(type)) return []
    const [comment] = ts.getLeadingCommentRanges(source, union.types[index - 1]?.end ?? union.pos) ?? []
    const text = comment ? source.slice(comment.pos, comment.end).replaceAll(/^\/\*\*\s*|\s*\*\/$/g, '') : ''
    const name = `${owner} | ${type.members[0]?.getText()}`
    return [{ ...PLAIN, module, name, text }]
  })
}

function docOf(
  checker: ts.TypeChecker,
  symbol: ts.Symbol,
): Pick<Documented, 'text' | 'examples' | 'thrown' | 'defaultValue'> {
  const tags = symbol.getJsDocTags(checker)
  const textsOf = (name: string) =>
    tags.filter((tag) => tag.name === name).map((tag) => ts.displayPartsToString(tag.text))
  return {
    text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    examples: textsOf('example'),
    thrown: (symbol.declarations ?? []).flatMap(thrownIn),
    defaultValue: textsOf('default')[0],
  }
}

/** From the text: the compiler takes a link in braces for a type. */
function thrownIn(declaration: ts.Declaration): readonly string[] {
  return ts
    .getJSDocCommentsAndTags(declaration)
    .filter(ts.isJSDoc)
    .flatMap((doc) => [...doc.getText().matchAll(/@throws(?:\s+\{@link)?\s+(\w*)/g)].map(([, name = '']) => name))
}

function isHidden(member: ts.ClassElement | ts.ParameterDeclaration): boolean {
  if (member.name && ts.isPrivateIdentifier(member.name)) return true
  const flags = ts.getCombinedModifierFlags(member)
  if (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return true
  return ts.getJSDocTags(member).some((tag) => tag.tagName.text === 'internal')
}
