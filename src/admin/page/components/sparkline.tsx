import type { Series } from '../state/sample-series.ts'

const WIDTH = 96
const HEIGHT = 22
const NOTHING: Series = { times: [], values: [] }

/** The last minutes of a figure, as small as a word. */
export function Sparkline({ series, label }: { readonly series: Series | undefined; readonly label: string }) {
  const { times, values } = series ?? NOTHING
  const known = values.flatMap((value, index) => (value === null ? [] : [{ time: times[index] ?? 0, value }]))
  const [first, last] = [known[0], known.at(-1)]
  if (!first || !last || first === last) return <span class="muted">–</span>
  const most = Math.max(1, ...known.map(({ value }) => value))
  const points = known.map(({ time, value }) => {
    const x = ((time - first.time) / (last.time - first.time)) * (WIDTH - 2) + 1
    const y = HEIGHT - 2 - (value / most) * (HEIGHT - 4)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg class="sparkline" width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <polyline points={points.join(' ')} />
    </svg>
  )
}
