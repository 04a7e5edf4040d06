import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { PROJECT } from './page.ts'

/** What the compiler has to say about a file. */
export interface Complaint {
  readonly path: string
  readonly line: number
  readonly message: string
}

/**
 * Compiles files that are in memory, and the sources that they import, into a folder in which they can be run, by the settings of
 * the project, except that a page may leave a name unused. Of the sources only the types are looked at that the files use.
 */
export function compile(files: ReadonlyMap<string, string>, folder: string): readonly Complaint[] {
  const options = optionsFor()
  const program = ts.createProgram([...files.keys()], options, hostOf(files, options))
  for (const { fileName, text, isDeclarationFile } of program.getSourceFiles()) {
    if (!isDeclarationFile && !fileName.includes('/node_modules/')) emit(fileName, text, options, folder)
  }
  writeFileSync(join(folder, 'package.json'), readFileSync(join(PROJECT, 'package.json')))
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'))
  return [...files.keys()].flatMap((path) => complaintsOf(program, path))
}

/** Where the program of a file is. */
export function compiledPath(path: string, folder: string): string {
  return join(folder, path.slice(PROJECT.length)).replace(/\.ts$/, '.js')
}

/** Each file by itself: a program that emits checks all of its files before. */
function emit(fileName: string, text: string, options: ts.CompilerOptions, folder: string): void {
  const path = compiledPath(fileName, folder)
  mkdirSync(dirname(path), { recursive: true })
  // By itself it does not know that it is in a package of modules.
  const compilerOptions = {
    ...options,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  }
  writeFileSync(path, ts.transpileModule(text, { fileName, compilerOptions }).outputText)
}

function optionsFor(): ts.CompilerOptions {
  const path = join(PROJECT, 'tsconfig.json')
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  return {
    ...ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, PROJECT, {}, path).options,
    noUnusedLocals: false,
    noUnusedParameters: false,
    inlineSourceMap: true,
    inlineSources: true,
  }
}

function hostOf(files: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const folders = new Set([...files.keys()].map(dirname))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, directoryExists } = host
  host.getCurrentDirectory = () => PROJECT
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.directoryExists = (path) => folders.has(path) || directoryExists?.(path) === true
  return host
}

function complaintsOf(program: ts.Program, path: string): readonly Complaint[] {
  const file = program.getSourceFile(path)
  if (!file) throw new Error(`The compiler did not read ${path}`)
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((diagnostic) => ({
    path,
    line: file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1,
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
  }))
}
