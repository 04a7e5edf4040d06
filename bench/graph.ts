/**
 * Writes a page with charts of one report, or of several side by side.
 *
 *   npm run bench:graph -- [FILE.json…] [--out FILE.html]
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type NamedReport, page } from './graph/page.ts'
import { readReport } from './harness/report.ts'

const RESULTS = resolve(import.meta.dirname, 'results')
const USAGE = `Usage: npm run bench:graph -- [FILE.json…] [--out FILE.html]
Without a file, the latest report in bench/results; without --out, to bench/results/graph.html.`

const { out, reports } = await read()
await mkdir(dirname(out), { recursive: true })
await writeFile(out, page(reports))
console.log(`Written to ${relative(process.cwd(), out)}: ${reports.map(({ name }) => name).join(', ')}`)

async function read(): Promise<{ readonly out: string; readonly reports: readonly NamedReport[] }> {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } })
    const files = positionals.length > 0 ? positionals : [await latest()]
    const reports: NamedReport[] = []
    for (const file of files) reports.push({ name: basename(file, '.json'), report: await readReport(file) })
    return { out: resolve(values.out || join(RESULTS, 'graph.html')), reports }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    return process.exit(2)
  }
}

/** Their names are the times of the runs. */
async function latest(): Promise<string> {
  const names = (await readdir(RESULTS).catch(() => [])).filter((name) => /^\d{4}-.*\.json$/.test(name)).sort()
  const name = names.at(-1)
  if (name === undefined)
    throw new Error('There is no report in bench/results: run npm run bench first, or give a file')
  return join(RESULTS, name)
}
