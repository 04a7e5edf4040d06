import type { Finding } from './evidence.ts'
import { type Attempt, firstCall, type History, type Operation } from './history.ts'

/** What a server may say when statements are cancelled, it is read-only for a while, or locks are taken by others. */
const DISTURBED: ReadonlySet<string> = new Set(['57014', '25006', '40P01', '25P02'])

/** Nobody is refused without a reason. */
export function* checkRefusals(history: History): Generator<Finding> {
  for (const operation of [...history.appends, ...history.links, ...history.deletions]) {
    for (const [index, attempt] of operation.attempts.entries()) {
      if (!attempt.refusal || isDeserved(operation, attempt, index, history)) continue
      const { code, sqlState = '' } = attempt.refusal
      const what = `${operation.name} (${operation.work.kind}): ${code} ${sqlState}`.trim()
      yield { rule: 'nobody is refused without a reason', what }
    }
  }
}

function isDeserved(operation: Operation, { refusal, ended }: Attempt, index: number, history: History): boolean {
  switch (refusal?.code) {
    case 'CONNECTION':
    case 'TIMEOUT':
    case 'ROLLED_BACK':
    case 'NOT_COMMITTED':
      return true
    case 'DATABASE':
      return DISTURBED.has(refusal.sqlState ?? '')
    case 'WRONG_EXPECTED_VERSION':
      return operation.work.kind === 'append' && operation.work.parts.some(({ expected }) => expected !== 'any')
    case 'STREAM_DELETED': {
      const streams: readonly string[] =
        operation.work.kind === 'append' ? operation.work.parts.map(({ stream }) => stream) : [operation.work.stream]
      return history.deletions.some((deletion) => streams.includes(deletion.work.stream) && firstCall(deletion) < ended)
    }
    default:
      return index > 0 && refusal?.code === 'DUPLICATE_EVENT' && operation.work.kind === 'link'
  }
}
