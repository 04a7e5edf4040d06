import type { EventTypes, NewEvent } from '../events.ts'
import { type AppendAllOptions, type AppendOptions, checkTimeout, type StreamAppend } from '../options.ts'
import type { Executor } from '../postgres/executor.ts'
import type { AppendResult } from '../results.ts'
import { checkOptions } from '../util/arguments.ts'
import { Deadline } from '../util/deadline.ts'
import { appendGroup } from './append-group.ts'
import { prepareAppend } from './append-request.ts'
import type { StoreContext } from './store-context.ts'
import { ALL } from './stream-name.ts'

/** Appends events to one stream. */
export async function append<Types extends EventTypes>(
  context: StoreContext,
  executor: Executor,
  stream: string,
  events: NewEvent<Types> | readonly NewEvent<Types>[],
  options: AppendOptions,
): Promise<AppendResult> {
  const { expectedVersion, ...rest } = checkOptions(options, 'append', ['expectedVersion', 'createdAt', 'timeout'])
  const list = Array.isArray(events) ? events : [events]
  if (list.length === 0) {
    throw new RangeError(
      'append needs at least one event; to check only a version, give appendAll a part without events',
    )
  }
  const [result] = await appendAll(context, executor, [{ stream, expectedVersion, events: list }], rest)
  return result as AppendResult
}

/** Appends events to several streams, all or nothing. */
export async function appendAll<Types extends EventTypes>(
  context: StoreContext,
  executor: Executor,
  appends: readonly StreamAppend<Types>[],
  options?: AppendAllOptions,
): Promise<AppendResult[]> {
  const checked = checkOptions(options, 'appendAll', ['createdAt', 'timeout'])
  const deadline = new Deadline(checkTimeout(checked.timeout))
  const { appends: queue } = context
  const room = executor.inCallersTransaction ? undefined : queue.room(deadline)
  if (room) await room // else events are encoded at once: what the caller changes later does not matter
  const request = await prepareAppend(context, appends, checked)
  await context.appendsHeld()
  const outcome = executor.inCallersTransaction
    ? (await appendGroup(context, executor, [request], deadline))[0]
    : await queue.submit(request, deadline)
  if (!outcome || outcome.error) throw ofCaller(outcome?.error)
  const grown = request.parts.filter(({ events }) => events.length > 0).map(({ stream }) => stream)
  if (grown.length > 0) await context.announce(executor, [...grown, ALL], deadline)
  return [...outcome.results]
}

/** An error that came about where groups are stored, with the stack of the call that it concerns. */
function ofCaller(error: unknown): unknown {
  if (error instanceof Error) Error.captureStackTrace(error, ofCaller)
  return error
}
