import type { Evidence } from './checks/evidence.ts'
import type { JournalRecord } from './journal.ts'
import type { FaultCounts } from './tormentor.ts'

/** What was done in a run, in the order in which it is shown. */
export type Counts = Readonly<Record<string, number>>

export function countAll({ journals, stored }: Evidence, faults: FaultCounts, looks: number): Counts {
  const records = journals.flatMap((journal) => journal.records)
  const of = (type: JournalRecord['type']) => records.filter((record) => record.type === type).length
  const deliveries = of('delivered')
  const distinct = new Set(
    records.map((record) => (record.type === 'delivered' ? `${record.subscription} ${record.number}` : '')),
  )
  distinct.delete('')
  return {
    'processes started': of('started'),
    appends: of('append-answered'),
    'events stored': stored.events.length,
    'events linked': stored.links.length,
    'processes killed': faults.kills,
    'connections terminated': faults.terminated,
    'server restarts': faults.restarts,
    'connections cut': faults.cuts,
    'networks delayed': faults.delays,
    'networks blackholed': faults.blackholes,
    deliveries,
    redeliveries: deliveries - distinct.size,
    'holds begun': records.filter((record) => record.type === 'state' && record.state === 'catching-up').length,
    'events followed': of('followed'),
    'looks at the checkpoints': looks,
  }
}
