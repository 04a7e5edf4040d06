import { Hono } from 'hono'
import { resetSubscription } from '../../operations/reset-subscription.ts'
import { readSubscriptionRows } from '../../operations/subscription-rows.ts'
import { answer } from '../answer.ts'
import type { ResetSubscriptionAnswer, SubscriptionRow } from '../api.ts'
import { readJson } from '../body.ts'
import type { AdminContext, AdminEnv, AdminRoutes } from '../context.ts'
import { Parameters } from '../parameters.ts'
import { asRequested, Refusal } from '../refusal.ts'
import { deleteSubscriptionRequestOf, resetSubscriptionRequestOf } from '../requests.ts'

/** Lists subscriptions, sets their checkpoints, and deletes them. */
export function subscriptionRoutes({ store, operations }: AdminContext): AdminRoutes {
  const routes = new Hono<AdminEnv>()
  routes.get('/subscriptions', async ({ req }) => {
    new Parameters(req.url, [])
    return answer<readonly SubscriptionRow[]>(await readSubscriptionRows(operations))
  })
  routes.post('/subscriptions/reset', async ({ req }) => {
    const { stream, name, to } = resetSubscriptionRequestOf(await readJson(req.raw))
    const result = await resetSubscription(operations, stream, name, to)
    switch (result.outcome) {
      case 'missing':
        throw new Refusal(404, 'SUBSCRIPTION_NOT_FOUND', 'There is no such subscription.')
      case 'ahead': {
        const message = `The stream ends at ${result.head}: a checkpoint of ${to} would be past its end. Nothing was changed.`
        throw new Refusal(409, 'CHECKPOINT_AHEAD', message)
      }
      case 'reset':
        return answer<ResetSubscriptionAnswer>({ before: result.before })
      default:
        return result satisfies never
    }
  })
  routes.post('/subscriptions/delete', async ({ req }) => {
    const { stream, name } = deleteSubscriptionRequestOf(await readJson(req.raw))
    await asRequested(() => store.deleteSubscription(stream, name))
    return answer({})
  })
  return routes
}
