// A plugin of TypeDoc, for `npm run docs`. Guides bear their titles, in the order and the groups of docs/README.md; linked source
// files are pages; what a class does stands among its methods; and no page asks a network for anything.
import { readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { Application, Converter, JSX, KindRouter, MarkdownEvent, Models, PageEvent } from 'typedoc'

const ROOT = dirname(import.meta.dirname)

/** What leads to the rest; then come the groups of docs/README.md, the reference, and what else lies in the repository. */
const OVERVIEWS = ['docs/README.md', 'examples/README.md']
const OVERVIEW = 'Overview'
const REPOSITORY = 'Repository'

/** In which order the kinds of a module's or a class's members come. */
const KINDS = ['Reference', 'Classes', 'Functions', 'Interfaces', 'Type Aliases', 'Options', 'Errors']
const MEMBERS = ['Constructors', 'Properties', 'Accessors', 'Methods']

/** What pages may load: nothing but the files beside them. */
const POLICY =
  "default-src 'self' file: data:; script-src 'self' file: 'unsafe-inline'; style-src 'self' file: 'unsafe-inline'"

export function load(app) {
  const guides = readGuides(readFileSync(join(ROOT, 'docs/README.md'), 'utf8'))
  app.renderer.defineRouter('repository', RepositoryRouter)
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    const groups = new Set(guides.map(({ group }) => group))
    app.options.setValue('groupOrder', [OVERVIEW, ...groups, ...KINDS, ...MEMBERS, '*', REPOSITORY])
    app.renderer.hooks.on('body.begin', () => openMenu([OVERVIEW, ...groups, 'Reference']))
  })
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    document.name = titleOf(document)
    document.frontmatter.group = groupOf(pathOf(document), guides)
  })
  const afterOthers = -100
  app.converter.on(
    Converter.EVENT_RESOLVE_BEGIN,
    ({ project }) => {
      linkFolders(project)
      addSourceFiles(project)
      sortDocuments(project, guides)
      makeMethods(project)
      showMembers(project)
      arrange(project)
      listErrors(project)
    },
    afterOthers,
  )
  app.renderer.on(MarkdownEvent.PARSE, withoutComments, 100)
  const policy = () => JSX.createElement('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY })
  app.renderer.hooks.on('head.begin', policy)
  app.renderer.on(PageEvent.END, nameFiles)
  app.renderer.on(PageEvent.BEGIN, (page) => page.url === 'index.html' && warmUp(app.renderer.theme))
}

/** Pages of documents have the paths that the documents have in the repository. */
class RepositoryRouter extends KindRouter {
  getIdealBaseName(reflection) {
    return reflection.isDocument() ? pathOf(reflection).replace(/\.\w+$/, '') : super.getIdealBaseName(reflection)
  }
}

/** The guides that docs/README.md links, each in the group whose name stands in bold type above it. */
function readGuides(text) {
  const guides = []
  let group = OVERVIEW
  for (const [, title, link] of text.matchAll(/^\*\*(.+)\*\*$|\]\(([\w-]+\.md)\)/gm)) {
    if (title) group = title
    else guides.push({ path: `docs/${link}`, group })
  }
  return guides
}

function groupOf(path, guides) {
  if (OVERVIEWS.includes(path)) return OVERVIEW
  return guides.find((guide) => guide.path === path)?.group ?? REPOSITORY
}

function pathOf(document) {
  return relative(ROOT, document.project.files.getReflectionPath(document))
}

/** Its first heading, else its name. */
function titleOf(document) {
  const text = document.content.map((part) => part.text).join('')
  const [, heading = document.name] = text.match(/^# (.+)$/m) ?? []
  return heading.replaceAll('`', '')
}

/** A link to a folder leads to what explains it. */
function linkFolders(project) {
  for (const document of project.documents ?? []) {
    const path = project.files.getReflectionPath(document)
    if (basename(path) === 'README.md') project.files.registerReflectionPath(dirname(path), document)
  }
}

/** A page for each source file that a document links. Those of one folder stand below its README. */
function addSourceFiles(project) {
  const paths = project.files.getMediaPaths().filter((path) => path.endsWith('.ts'))
  for (const path of paths.sort()) {
    const readme = project.documents.find(
      (document) => pathOf(document) === join(relative(ROOT, dirname(path)), 'README.md'),
    )
    const parent = readme ?? project
    const content = [
      { kind: 'text', text: `# ${basename(path)}\n\n` },
      { kind: 'code', text: `\`\`\`ts\n${readFileSync(path, 'utf8')}\`\`\`` },
    ]
    const document = new Models.DocumentReflection(basename(path), parent, content, { group: REPOSITORY })
    parent.addChild(document)
    project.registerReflection(document, undefined, path)
  }
}

function sortDocuments(project, guides) {
  const rank = (document) => {
    const found = guides.findIndex(({ path }) => path === pathOf(document))
    return found < 0 ? guides.length : found
  }
  project.documents.sort((one, other) => rank(one) - rank(other))
  const others = project.childrenIncludingDocuments.filter((child) => !child.isDocument())
  project.childrenIncludingDocuments = [...project.documents, ...others]
}

/** A property that holds a function is shown as the method that it is to whoever calls it. */
function makeMethods(project) {
  for (const property of project.getReflectionsByKind(Models.ReflectionKind.Property)) {
    const { type, parent } = property
    if (!parent?.kindOf(Models.ReflectionKind.Class) || type?.type !== 'reflection' || !type.declaration.signatures)
      continue
    property.kind = Models.ReflectionKind.Method
    property.setFlag(Models.ReflectionFlag.Readonly, false)
    project.mergeReflections(type.declaration, property)
    delete property.type
    for (const signature of property.signatures) signature.name = property.name
  }
}

/** Of a union over the types of events, the object that each of them is. */
function showMembers(project) {
  for (const alias of project.getReflectionsByKind(Models.ReflectionKind.TypeAlias)) {
    const mapped = alias.type?.type === 'indexedAccess' ? alias.type.objectType : undefined
    if (mapped?.type === 'mapped') alias.type = mapped.templateType
  }
}

/** Exports come by their names, errors and options, which are many, by themselves; members as they are declared. */
function arrange(project) {
  const { Module, Class, Interface, TypeAlias } = Models.ReflectionKind
  for (const { comment } of project.getReflectionsByKind(Module)) {
    tag(comment, '@sortStrategy', 'alphabetical')
  }
  for (const { name, comment } of project.getReflectionsByKind(Class | Interface | TypeAlias)) {
    if (name.endsWith('Error')) tag(comment, '@group', 'Errors')
    if (name.endsWith('Options')) tag(comment, '@group', 'Options')
  }
}

/** All that is thrown, below one heading. */
function listErrors(project) {
  for (const { comment } of Object.values(project.reflections)) {
    const [first, ...others] = comment?.getTags('@throws') ?? []
    if (!first) continue
    first.content = [first, ...others].flatMap(({ content }) => [
      { kind: 'text', text: '\n- ' },
      ...content.map((part) => ({ ...part, text: part.text.replaceAll('\n', ' ') })),
    ])
    comment.blockTags = comment.blockTags.filter((tag) => !others.includes(tag))
  }
}

function tag(comment, name, text) {
  comment?.blockTags.push(new Models.CommentTag(name, [{ kind: 'text', text }]))
}

/** These groups of the menu are open until the reader closes them. */
function openMenu(groups) {
  const script = `for (const group of ${JSON.stringify(groups)}) localStorage['tsd-accordion-' + group] ??= 'true'`
  return JSX.createElement('script', null, JSX.createElement(JSX.Raw, { html: script }))
}

/**
 * The highlighter leaves a line as it is when it takes longer than half a second, as the first lines of a language may on a busy
 * machine: it compiles what it needs with them.
 */
function warmUp({ markedPlugin }) {
  const code =
    "import { A } from 'a'\n\nawait using a: B = new A({ b: 'c', d: [1] })\nfor await (const b of a.c()) console.log(b) // d\n"
  for (let times = 0; times < 3; times++)
    for (const language of ['ts', 'sh', 'sql']) markedPlugin?.getHighlighted(code, language)
}

/** What the tests of the guides are told in comments is nothing to read. */
function withoutComments(event) {
  event.parsedText = event.parsedText.replaceAll(/<!--.*?-->/gs, '')
}

/**
 * Opened from a disk, a folder would be listed, so links name the file that they mean; and icons of another file would be refused:
 * they are in the page, too.
 */
function nameFiles(page) {
  page.contents = page.contents
    ?.replaceAll(/(<a href="(?:\.\.?\/)+)(?=["#])/g, '$1index.html')
    .replaceAll(/href="[./]*assets\/icons\.svg#/g, 'href="#')
}
