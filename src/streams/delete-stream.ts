import {
  HardDeletesDisabledError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '../errors.ts'
import { checkExpectedVersion, checkTimeout, type DeleteStreamOptions } from '../options.ts'
import type { Executor } from '../postgres/executor.ts'
import { checkOneOf, checkOptions } from '../util/arguments.ts'
import { Deadline } from '../util/deadline.ts'
import { refuseIsolation } from './isolation.ts'
import type { StoreContext } from './store-context.ts'
import { checkWritableStream } from './stream-name.ts'

/** Events that one statement of a sweep removes: some 100 ms, in which nobody waits for it. */
const SWEEP_BATCH = 10_000

/**
 * Deletes a stream. A hard delete first frees its name, under the write lock, and then removes events and links in batches
 * without the lock; when that was interrupted, the next hard delete goes on with it.
 */
export async function deleteStream(
  context: StoreContext,
  executor: Executor,
  stream: string,
  options: DeleteStreamOptions,
): Promise<void> {
  const target = checkWritableStream(stream)
  const { mode = 'soft', ...rest } = checkOptions(options, 'deleteStream', ['expectedVersion', 'mode', 'timeout'])
  const hard = checkOneOf(mode, 'mode', ['soft', 'hard']) === 'hard'
  const expected = checkExpectedVersion(rest.expectedVersion)
  if (expected === 'no-stream')
    throw new RangeError("deleteStream cannot expect 'no-stream': there would be nothing to delete")
  const deadline = new Deadline(checkTimeout(rest.timeout))
  if (hard && !context.enableHardDeletes) throw new HardDeletesDisabledError(target)

  const [row] = await executor.write(
    {
      text: `SELECT outcome, stream_version::text FROM ${context.schema}.delete_stream($1, $2, $3::text::boolean)`,
      values: [target, String(expected), String(hard)],
    },
    deadline,
  )
  const [outcome, streamVersion] = row ?? []
  if (hard && (outcome === 'ok' || outcome === 'missing')) await sweep(context, executor, deadline)
  switch (outcome) {
    case 'ok':
      return
    case 'missing':
      throw new StreamNotFoundError(target)
    case 'deleted':
      throw new StreamDeletedError(target)
    case 'version':
      throw new WrongExpectedVersionError(target, expected, Number(streamVersion))
    default:
      throw refuseIsolation()
  }
}

async function sweep({ schema }: StoreContext, executor: Executor, deadline: Deadline): Promise<void> {
  for (;;) {
    const [row] = await executor.write(
      { text: `SELECT ${schema}.sweep($1::text::int)::text AS more`, values: [String(SWEEP_BATCH)] },
      deadline,
    )
    if (row?.[0] !== 'true') return
  }
}
