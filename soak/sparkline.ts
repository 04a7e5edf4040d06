const BARS = [...'▁▂▃▄▅▆▇█']

/** A line of bars, from the lowest value to the highest; of the values of a long series, each bar shows the greatest of several. */
export function sparkline(values: readonly number[], width = 32): string {
  const size = Math.max(1, Math.ceil(values.length / width))
  const shown = Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    Math.max(...values.slice(index * size, (index + 1) * size)),
  )
  const least = Math.min(...shown)
  const range = Math.max(...shown) - least
  return shown
    .map((value) => BARS[range === 0 ? 0 : Math.round(((value - least) / range) * (BARS.length - 1))])
    .join('')
}
