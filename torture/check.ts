import { checkAppends } from './checks/appends.ts'
import { checkDeletions } from './checks/deletions.ts'
import type { Evidence, Finding } from './checks/evidence.ts'
import { checkFollowers } from './checks/follower.ts'
import { Gone } from './checks/gone.ts'
import { History } from './checks/history.ts'
import { checkLinks } from './checks/links.ts'
import { checkNumbers } from './checks/numbers.ts'
import { checkOrder } from './checks/order.ts'
import { checkReads } from './checks/reads.ts'
import { checkRefusals } from './checks/refusals.ts'
import { SubscriptionCheck } from './checks/subscription.ts'
import { checkVersions } from './checks/versions.ts'

/**
 * Everything in the evidence that breaks a rule; nothing when the store has kept its promises. It knows calls and their results,
 * deliveries, and what others read: nothing of how the store works.
 */
export function check(evidence: Evidence): readonly Finding[] {
  const history = new History(evidence)
  const gone = new Gone(history)
  return [
    ...checkProcesses(evidence),
    ...checkNumbers(evidence, gone),
    ...checkAppends(evidence, history, gone),
    ...checkVersions(evidence, history),
    ...checkRefusals(history),
    ...checkOrder(history),
    ...checkLinks(evidence, history),
    ...checkDeletions(evidence, history),
    ...checkReads(evidence, history, gone),
    ...evidence.subscriptions.flatMap((scenario) => [...new SubscriptionCheck(scenario, evidence, gone).run()]),
    ...checkFollowers(evidence, gone),
  ]
}

function checkProcesses({ journals }: Evidence): readonly Finding[] {
  return journals.flatMap(({ process, records }) =>
    records.flatMap((record) =>
      record.type === 'failed' ? [{ rule: 'no process fails by itself', what: `${process}: ${record.what}` }] : [],
    ),
  )
}
