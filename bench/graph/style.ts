/** How the page looks: light or dark as its reader likes, from 320 pixels on. */
export const STYLE = `
:root {
  --page: #f7f7f5; --card: #fff; --text: #1c1d1f; --quiet: #63666c; --line: #e3e3df;
  --series-1: #2f6fb7; --series-2: #d9822b; --series-3: #2c8c74; --series-4: #a44a8b; --series-5: #7a6a2e; --series-6: #5b5fc7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171a; --card: #1d2024; --text: #e8e8e6; --quiet: #9a9ea6; --line: #31353b;
    --series-1: #5f9fe6; --series-2: #eda457; --series-3: #56b99f; --series-4: #d383bb; --series-5: #bfae62; --series-6: #9196f2;
  }
}
.series-1 { --series: var(--series-1) } .series-2 { --series: var(--series-2) } .series-3 { --series: var(--series-3) }
.series-4 { --series: var(--series-4) } .series-5 { --series: var(--series-5) } .series-6 { --series: var(--series-6) }
* { box-sizing: border-box }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100% }
body {
  margin: 0 auto; max-width: 76rem; padding: 2.5rem clamp(1rem, 4vw, 2.5rem) 4rem;
  background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
}
h1, h2, h3, h4, p, figure, dl, dd { margin: 0 }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.02em }
h1 span { color: var(--quiet); font-weight: 400 }
header p, main p { color: var(--quiet); max-width: 44rem; margin-top: .4rem }
.reports { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); margin: 1.5rem 0 }
article, .chart { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; min-width: 0 }
article h2 { font-size: 1rem; overflow-wrap: anywhere }
article i { display: inline-block; width: .75em; height: .75em; margin-right: .5em; border-radius: 2px; background: var(--series) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .9rem; margin-top: .5rem; font-size: .85rem }
dt { color: var(--quiet) }
dd { overflow-wrap: anywhere }
nav { display: flex; flex-wrap: wrap; gap: .4rem }
nav a {
  color: inherit; text-decoration: none; font-size: .85rem; padding: .15rem .7rem;
  border: 1px solid var(--line); border-radius: 99px; background: var(--card);
}
nav a:hover, nav a:focus-visible { border-color: var(--series-1) }
main section { margin-top: 2rem; scroll-margin-top: 1rem }
h3 { font-size: 1.25rem; letter-spacing: -0.01em }
.charts { columns: 26rem; column-gap: 1rem; margin-top: .9rem }
.charts:has(> :only-child) { columns: auto }
.chart { break-inside: avoid; margin-bottom: 1rem }
figcaption { font-weight: 600 }
figcaption span { color: var(--quiet); font-weight: 400; margin-left: .4rem; font-size: .85rem }
.case { margin-top: .7rem; break-inside: avoid }
h4 { font-size: .85rem; font-weight: 400; line-height: 1.35 }
.bar { display: flex; align-items: center; gap: .6rem; margin-top: .15rem }
svg { flex: 1; min-width: 0; display: block; overflow: visible }
.value { width: 4.2rem; text-align: right; font-size: .85rem; font-variant-numeric: tabular-nums }
.ratio { width: 3.6rem; white-space: nowrap; color: var(--quiet); text-align: right; font-size: .8rem; font-variant-numeric: tabular-nums }
.chart:not(:has(.ratio:not(:empty))) .ratio { display: none }
rect { fill: var(--series) }
.mark { stroke: var(--line) }
.whisker { stroke: var(--text); stroke-width: 1.5 }
text { fill: var(--quiet); font-size: 11px; font-variant-numeric: tabular-nums }
@media print { body { max-width: none; padding: 0 } nav { display: none } }
`
