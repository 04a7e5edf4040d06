import type { Evidence, Finding } from './checks/evidence.ts'
import { checkFollowers } from './checks/follower.ts'
import { checkStorage } from './checks/storage.ts'
import { SubscriptionCheck } from './checks/subscription.ts'

/** Everything in the evidence that breaks a rule; nothing when the store has kept its promises. */
export function check(evidence: Evidence): readonly Finding[] {
  return [
    ...checkProcesses(evidence),
    ...checkStorage(evidence),
    ...evidence.subscriptions.flatMap((scenario) => [...new SubscriptionCheck(scenario, evidence).run()]),
    ...checkFollowers(evidence),
  ]
}

function checkProcesses({ journals }: Evidence): readonly Finding[] {
  return journals.flatMap(({ process, records }) =>
    records.flatMap((record) =>
      record.type === 'failed' ? [{ rule: 'no process fails by itself', what: `${process}: ${record.what}` }] : [],
    ),
  )
}
