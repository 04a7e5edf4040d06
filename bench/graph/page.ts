import type { Measurement, Report } from '../harness/report.ts'
import { TITLES } from '../suites/titles.ts'
import { COLOURS, chart, type Series } from './chart.ts'
import { html, Markup } from './escape.ts'
import { STYLE } from './style.ts'

/** A report, and what it is called on the page. */
export interface NamedReport {
  readonly name: string
  readonly report: Report
}

/** A page with charts of these reports, which needs nothing but itself. */
export function page(reports: readonly NamedReport[]): string {
  const series = reports.map(({ name, report }) => ({ label: name, measurements: report.measurements }))
  const suites = [...new Set(series.flatMap(({ measurements }) => measurements.map(({ suite }) => suite)))]
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>pg-event-store: benchmarks</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>pg-event-store <span>benchmarks</span></h1>
<p>A bar is the median of the samples; the line across its end spans their middle half. × is a case in relation to the one that it is compared to.</p>
</header>
<section class="reports">${reports.map(about)}</section>
<nav>${suites.map((suite) => html`<a href="#${suite}">${suite}</a>`)}</nav>
<main>
${suites.map((suite) => section(suite, series))}</main>
</body>
</html>
`.text
}

/** What a report was measured with. */
function about({ name, report }: NamedReport, index: number): Markup {
  const { machine, server, startedAt, quick } = report
  const facts = {
    measured: `${startedAt.slice(0, 16).replace('T', ' ')} UTC${quick ? ', with less work (--quick)' : ''}`,
    machine: `${machine.cores} cores, ${machine.cpu}, ${Math.round(machine.memory / 2 ** 30)} GB, ${machine.platform}`,
    versions: `pg-event-store ${machine.packageVersion}, Node.js ${machine.node}, PostgreSQL ${server.version}`,
    settings: Object.entries(server.settings)
      .map(([setting, value]) => `${setting} ${value}`)
      .join(', '),
  }
  return html`<article class="series-${(index % COLOURS) + 1}">
<h2><i></i>${name}</h2>
<dl>${Object.entries(facts).map(([what, text]) => html`<dt>${what}</dt><dd>${text}</dd>`)}</dl>
</article>
`
}

function section(suite: string, series: readonly Series[]): Markup {
  const own = series.map(({ label, measurements }) => ({
    label,
    measurements: measurements.filter((one) => one.suite === suite),
  }))
  const units = [...new Set(own.flatMap(({ measurements }) => measurements.map(({ unit }) => unit)))]
  return html`<section id="${suite}">
<h3>${suite}</h3>
<p>${titleOf(suite)}</p>
<div class="charts">
${units.map((unit: Measurement['unit']) => chart(unit, own))}</div>
</section>
`
}

function titleOf(suite: string): string {
  return Object.entries(TITLES).find(([name]) => name === suite)?.[1] ?? ''
}
