import { plainTable } from '../harness/tables.ts'
import { formatValue, style } from '../harness/text.ts'
import type { Goal, Judgement, Verdict } from './goals.ts'

const HEAD = ['goal', 'store', 'compared to', 'ratio', 'wanted', '']
const WIDTHS = [33, 18, 17, 7, 11, 9]
const SIGNS = { 'at least': '≥', 'at most': '≤', below: '<' } as const
const STYLES = { met: 'green', 'not met': 'red', 'not run': 'dim' } as const satisfies Record<Verdict, string>

/** The goals, and how far each was reached: 100 columns wide. */
export function goalsTable(judgements: readonly Judgement[]): string {
  const table = plainTable(HEAD, WIDTHS)
  for (const { goal, verdict, unit, ours, reference, ratio } of judgements) {
    table.push([
      goal.work,
      ours === undefined ? '' : `${formatValue(ours)} ${unit}`,
      goal.reference === undefined ? '' : `${reference === undefined ? '–' : formatValue(reference)} ${goal.reference}`,
      ratio?.toFixed(2) ?? '',
      wanted(goal),
      style(STYLES[verdict], verdict),
    ])
  }
  return table.toString()
}

/** How many goals were met, in a sentence. Stand-ins are no goals. */
export function summary(all: readonly Judgement[]): string {
  const judgements = all.filter(({ goal }) => !goal.standIn)
  const count = (wanted: Verdict) => judgements.filter(({ verdict }) => verdict === wanted).length
  return `${count('met')} goals met, ${count('not met')} not met, ${count('not run')} not run`
}

function wanted({ is, threshold, reference }: Goal): string {
  return `${SIGNS[is]} ${reference === undefined ? threshold.toLocaleString('en') : `${threshold} ×`}`
}
