/** From 0 to a round number, with marks between. */
export interface Scale {
  readonly end: number
  readonly marks: readonly number[]
}

const STEPS = [1, 2, 2.5, 5, 10]
const MOST_MARKS = 5

/** The shortest scale with round marks that reaches this value. */
export function scaleTo(value: number): Scale {
  if (!(value > 0)) return { end: 1, marks: [0, 1] }
  const power = 10 ** Math.floor(Math.log10(value / MOST_MARKS))
  const step = power * (STEPS.find((step) => value / (power * step) <= MOST_MARKS) ?? 10)
  const count = Math.ceil(value / step - 1e-9)
  return { end: step * count, marks: Array.from({ length: count + 1 }, (_, index) => step * index) }
}

/** A mark of a scale, short: `250k`, `1.5M`. */
export function shortValue(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`
  if (value >= 1e3) return `${Number((value / 1e3).toPrecision(3))}k`
  return String(Number(value.toPrecision(3)))
}
