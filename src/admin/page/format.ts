const COUNT = new Intl.NumberFormat('en-US')
const ONE_DECIMAL = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 })
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']
const AGES = [
  { unit: 'd', milliseconds: 86_400_000 },
  { unit: 'h', milliseconds: 3_600_000 },
  { unit: 'min', milliseconds: 60_000 },
  { unit: 's', milliseconds: 1_000 },
]

/** A whole number as people read it: `1,234,567`. */
export function formatCount(value: number): string {
  return COUNT.format(value)
}

/** A number for the axis of a chart: `1.2M`. */
export function formatCompact(value: number): string {
  return COMPACT.format(value)
}

/** So many a second: `0.3/s`, `1,234/s`. */
export function formatRate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 0.05) return '<0.1/s'
  return `${perSecond < 100 ? ONE_DECIMAL.format(perSecond) : COUNT.format(Math.round(perSecond))}/s`
}

/** A number of bytes: `1.5 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; value >= 1_000 && unit < UNITS.length - 1; unit++) value /= 1_000
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** A duration in its largest unit: `3 min`. */
export function formatAge(milliseconds: number): string {
  const found = AGES.find((age) => milliseconds >= age.milliseconds)
  return found ? `${Math.floor(milliseconds / found.milliseconds)} ${found.unit}` : '0 s'
}

/** A point in time, in the reader's time zone: `2026-11-23 14:56:30.123`. */
export function formatTime(iso: string): string {
  const time = new Date(iso)
  return Number.isNaN(time.getTime()) ? iso : `${dayOf(time)} ${clockOf(time)}.${digits(time.getMilliseconds(), 3)}`
}

/** How far the reader's clock was from UTC at that time: `+01:00`. */
export function formatOffset(iso: string): string {
  const minutes = -new Date(iso).getTimezoneOffset()
  if (Number.isNaN(minutes)) return ''
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '−' : '+'}${digits(Math.floor(size / 60), 2)}:${digits(size % 60, 2)}`
}

/** A time for a narrow column: of today only the time, else the day and the time without its fraction. */
export function formatShortTime(iso: string, now: Date): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  return dayOf(time) === dayOf(now) ? clockOf(time) : `${dayOf(time)} ${clockOf(time)}`
}

/** `1 event`, `2 events`. */
export function formatNumberOf(value: number, singular: string, plural: string = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`
}

function dayOf(time: Date): string {
  return `${digits(time.getFullYear(), 4)}-${digits(time.getMonth() + 1, 2)}-${digits(time.getDate(), 2)}`
}

function clockOf(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => digits(part, 2)).join(':')
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0')
}
