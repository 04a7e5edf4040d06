import { styleText } from 'node:util'

/** The text, cut to a length, without control characters. */
export function clip(text: string, length: number): string {
  const clean = text.replace(/\p{Cc}/gu, ' ')
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean
}

/** A measured value, with as many digits as mean something. */
export function formatValue(value: number): string {
  const size = Math.abs(value)
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** A count with thousands separated. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** Bold, or a colour, on a terminal; plain elsewhere. */
export function style(format: 'bold' | 'green' | 'red' | 'dim', text: string): string {
  return styleText(format, text, { stream: process.stdout })
}
