import { describe, expect, test } from 'vitest'
import type { Executor, Statement } from '../../../src/postgres/executor.ts'
import { type CheckpointOwner, Checkpoints, type DueCheckpoint } from '../../../src/subscriptions/checkpoints.ts'
import { eventually } from '../../support/eventually.ts'

/** An executor whose statements wait to be answered. */
function fakeExecutor() {
  const statements: { readonly checkpoints: DueCheckpoint[]; answer(ids: readonly number[] | Error): void }[] = []
  const query = <Row>({ values }: Statement) =>
    new Promise<readonly Row[]>((resolve, reject) => {
      statements.push({
        checkpoints: JSON.parse(String(values?.[0])) as DueCheckpoint[],
        answer: (ids) =>
          ids instanceof Error ? reject(ids) : resolve(ids.map((subscription_id) => ({ subscription_id }) as Row)),
      })
    })
  const executor: Executor = {
    inCallersTransaction: false,
    roundTrip: 0,
    query,
    write: query,
    transaction: () => Promise.reject(new Error('is not used')),
    readRows: () => Promise.reject(new Error('is not used')),
    writeAfter: () => Promise.reject(new Error('is not used')),
    copy: () => Promise.reject(new Error('is not used')),
  }
  return { executor, statements }
}

function fakeOwner() {
  const told: string[] = []
  const owner: CheckpointOwner = {
    onWritten: ({ checkpoint }) => void told.push(`written ${checkpoint}`),
    onFenced: ({ checkpoint }) => void told.push(`fenced ${checkpoint}`),
    onFailed: ({ message }) => void told.push(`failed: ${message}`),
  }
  return { owner, told }
}

const due = (subscriptionId: number, checkpoint: number): DueCheckpoint => ({
  subscriptionId,
  holder: 'me',
  server: 'this one',
  checkpoint,
})

describe('checkpoints', () => {
  test('go at once when nothing is under way, then those of all together, at most 20 times a second', async () => {
    const { executor, statements } = fakeExecutor()
    const { owner, told } = fakeOwner()
    const checkpoints = new Checkpoints(executor, 's')
    const until = (count: number) => eventually(() => expect(statements).toHaveLength(count), { every: 1 })
    checkpoints.write(due(1, 1), owner)
    expect(statements).toHaveLength(1)
    checkpoints.write(due(1, 2), owner)
    checkpoints.write(due(2, 7), owner)
    checkpoints.write(due(1, 3), owner)
    const answered = performance.now()
    statements[0]?.answer([1])
    await until(2)
    expect(performance.now() - answered).toBeGreaterThan(48)
    expect(statements.map(({ checkpoints }) => checkpoints)).toEqual([[due(1, 1)], [due(1, 3), due(2, 7)]])
    statements[1]?.answer([1, 2])
    checkpoints.write(due(2, 8), owner)
    await until(3)
    statements[2]?.answer([])
    await eventually(() => expect(told).toEqual(['written 1', 'written 3', 'written 7', 'fenced 8']))
  })

  test('that could not be written are tried again, with what is newer', async () => {
    const { executor, statements } = fakeExecutor()
    const { owner, told } = fakeOwner()
    const checkpoints = new Checkpoints(executor, 's')
    checkpoints.write(due(1, 1), owner)
    statements[0]?.answer(new Error('away'))
    checkpoints.write(due(1, 2), owner)
    checkpoints.write(due(2, 1), owner)
    await eventually(() => expect(statements).toHaveLength(2))
    expect(statements[1]?.checkpoints).toEqual([due(1, 2), due(2, 1)])
    statements[1]?.answer(new Error('away'))
    await eventually(() => expect(statements).toHaveLength(3))
    expect(statements[2]?.checkpoints).toEqual([due(1, 2), due(2, 1)])
    statements[2]?.answer([1, 2])
    await eventually(() => expect(told.slice(-2)).toEqual(['written 2', 'written 1']))
    expect(told.slice(0, -2)).toEqual(['failed: away', 'failed: away', 'failed: away'])
  })

  test('that could not be written are forgotten with their subscription: nothing is tried for ever', async () => {
    const { executor, statements } = fakeExecutor()
    const { owner } = fakeOwner()
    const checkpoints = new Checkpoints(executor, 's')
    checkpoints.write(due(1, 1), owner)
    checkpoints.drop(1)
    statements[0]?.answer(new Error('away'))
    checkpoints.write(due(2, 5), owner)
    await eventually(() => expect(statements).toHaveLength(2))
    expect(statements[1]?.checkpoints).toEqual([due(2, 5)])
    statements[1]?.answer([2])
  })

  test('that are flushed go at once, whatever is under way, and fail without an error', async () => {
    const { executor, statements } = fakeExecutor()
    const { owner, told } = fakeOwner()
    const checkpoints = new Checkpoints(executor, 's')
    checkpoints.write(due(1, 1), owner)
    checkpoints.write(due(1, 2), owner)
    const flushed = checkpoints.flush(due(1, 3), owner)
    expect(statements.map(({ checkpoints }) => checkpoints)).toEqual([[due(1, 1)], [due(1, 3)]])
    statements[1]?.answer(new Error('away'))
    await flushed
    statements[0]?.answer([1])
    checkpoints.write(due(2, 5), owner)
    await eventually(() => expect(statements).toHaveLength(3))
    expect(statements[2]?.checkpoints).toEqual([due(2, 5)])
    statements[2]?.answer([2])
    await eventually(() => expect(told).toEqual(['failed: away', 'written 1', 'written 5']))
  })
})
