import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { formatCompact } from '../format.ts'
import type { Series } from '../state/sample-series.ts'
import { onThemeChange } from '../state/theme.ts'
import 'uplot/dist/uPlot.min.css'

export interface ChartProps {
  /** What the line is: "Lag". */
  readonly label: string
  /** What the chart shows now in words, for who does not see it. */
  readonly summary: string
  readonly series: Series
  readonly format: (value: number) => string
}

const HEIGHT = 220
const NARROW = 480
/** What the axes show at least, so that little does not look like much. */
const LEAST_SECONDS = 60
const LEAST_HEIGHT = 5

/** A line over time. It is made anew when colours change, and is as wide as its place. */
export function Chart({ label, summary, series, format }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const data = useRef(series)
  data.current = series

  useEffect(() => {
    const element = place.current
    if (!element) return
    const draw = () => {
      plot.current?.destroy()
      plot.current = new uPlot(optionsOf(element, label, format), dataOf(data.current), element)
    }
    draw()
    const resized = new ResizeObserver(() => {
      if (plot.current && element.clientWidth > 0) plot.current.setSize({ width: element.clientWidth, height: HEIGHT })
    })
    resized.observe(element)
    const stop = onThemeChange(draw)
    return () => {
      stop()
      resized.disconnect()
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [label, format])

  useEffect(() => plot.current?.setData(dataOf(series)), [series])

  return <div class="chart" role="img" aria-label={summary} ref={place} />
}

function dataOf({ times, values }: Series): uPlot.AlignedData {
  return [[...times], [...values]]
}

function optionsOf(element: HTMLElement, label: string, format: (value: number) => string): uPlot.Options {
  const [line, grid, text] = ['--accent', '--line', '--muted'].map((name) => colourOf(element, name))
  const font = `11px ${getComputedStyle(element).fontFamily}`
  const axis = {
    stroke: text ?? '',
    font,
    grid: { stroke: grid ?? '', width: 1 },
    ticks: { stroke: grid ?? '', width: 1 },
  }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    scales: {
      x: { range: (_, first, last) => [Math.min(first, last - LEAST_SECONDS), last] },
      y: { range: (_, __, most) => [0, Math.max(LEAST_HEIGHT, most * 1.1)] },
    },
    axes: [
      { ...axis, values: '{HH}:{mm}:{ss}', space: element.clientWidth < NARROW ? 90 : 70 },
      { ...axis, size: 52, values: (_, splits) => splits.map(formatCompact) },
    ],
    series: [
      { label: 'Time', value: '{HH}:{mm}:{ss}' },
      {
        label,
        stroke: line ?? '',
        width: 1.5,
        points: { show: false },
        value: (_, value: number | null) => (value === null ? '–' : format(value)),
      },
    ],
  }
}

/** The canvas knows no custom properties: an element resolves them. */
function colourOf(element: HTMLElement, name: string): string {
  const before = element.style.color
  element.style.color = `var(${name})`
  const { color } = getComputedStyle(element)
  element.style.color = before
  return color
}
