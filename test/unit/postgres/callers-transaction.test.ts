import { describe, expect, test } from 'vitest'
import { TimeoutError } from '../../../src/errors.ts'
import { CallersTransaction } from '../../../src/postgres/callers-transaction.ts'
import { Deadline } from '../../../src/util/deadline.ts'

const STATEMENT = { text: 'SELECT 1 AS one' }
const CANCELLED = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })

describe('a statement in a transaction of the caller', () => {
  test('is bounded by the server, and the setting of the caller is restored', async () => {
    const { client, sent } = clientThat(() => [{ timeout: '7s' }])
    await new CallersTransaction(client).query(STATEMENT, new Deadline(1_000))
    expect(sent.map(({ text }) => text.includes('set_config'))).toEqual([true, false, true])
    expect(sent[2]?.values).toEqual(['7s'])
  })

  test('without a timeout it goes alone', async () => {
    const { client, sent } = clientThat(() => [])
    await new CallersTransaction(client).query(STATEMENT, new Deadline(Number.POSITIVE_INFINITY))
    expect(sent).toEqual([{ ...STATEMENT, values: [] }])
  })

  test.each([
    ['it', 2],
    ['what restores the setting after it', 3],
  ])('rejects when %s was cancelled, because the transaction is aborted then', async (_, cancelled) => {
    const { client } = clientThat((number) => {
      if (number === cancelled) throw CANCELLED
      return [{ timeout: '0' }]
    })
    const running = new CallersTransaction(client).query(STATEMENT, new Deadline(0.001))
    await expect(running).rejects.toThrow(TimeoutError)
    await expect(running).rejects.toThrow("in the caller's transaction, which is aborted")
  })
})

interface Sent {
  readonly text: string
  readonly values?: unknown[]
}

/** A client in a transaction, which answers the first, second … statement after it was asked for that with these rows. */
function clientThat(answer: (number: number) => unknown[]) {
  const sent: Sent[] = []
  const client = {
    async query(statement: Sent) {
      if (statement.text.includes('eventstore.callers_transaction')) return { rows: [{ state: 'begun' }] }
      sent.push(statement)
      return { rows: answer(sent.length) }
    },
  }
  return { client, sent }
}
