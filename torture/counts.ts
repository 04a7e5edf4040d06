import type { Evidence } from './checks/evidence.ts'
import { firstAnswer, History, isRefused, type Operation } from './checks/history.ts'
import type { JournalRecord } from './journal.ts'
import type { FaultCount } from './torments/stage.ts'

/** What was done in a run, in the order in which it is shown. */
export type Counts = Readonly<Record<string, number>>

export function countAll(evidence: Evidence, faults: ReadonlyMap<FaultCount, number>, looks: number): Counts {
  const { journals, stored } = evidence
  const history = new History(evidence)
  const records = journals.flatMap((journal) => journal.records)
  const of = (type: JournalRecord['type']) => records.filter((record) => record.type === type).length
  const done = (operations: readonly Operation[]) =>
    operations.filter((operation) => Number.isFinite(firstAnswer(operation))).length
  const { appends, links, deletions } = history
  const refused = appends.filter(isRefused).length
  const deliveries = of('delivered')
  const distinct = new Set(
    records.map((record) => (record.type === 'delivered' ? `${record.subscription} ${record.number}` : '')),
  )
  distinct.delete('')
  return {
    ...Object.fromEntries(faults),
    'processes started': of('started'),
    'appends acknowledged': done(appends),
    'appends refused': refused,
    'appends of unknown outcome': appends.length - done(appends) - refused,
    'events stored': stored.events.length,
    'links acknowledged': done(links),
    'streams deleted': done(deletions),
    deliveries,
    redeliveries: deliveries - distinct.size,
    'holds begun': records.filter((record) => record.type === 'state' && record.state === 'catching-up').length,
    'events followed': of('followed'),
    'looks at the checkpoints': looks,
  }
}
