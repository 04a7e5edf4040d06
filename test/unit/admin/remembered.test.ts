import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { remembered } from '../../../src/admin/remembered.ts'
import { eventually } from '../../support/eventually.ts'

test('what is found is found once for all who ask at the same time, and again after a while', async () => {
  let count = 0
  const find = remembered(async () => {
    await sleep(5)
    return ++count
  }, 50)
  expect(await Promise.all([find(), find(), find()])).toEqual([1, 1, 1])
  expect(await find()).toBe(1)
  await eventually(async () => expect(await find()).toBe(2))
})

test('a failure is told to all who wait, and is not kept', async () => {
  let count = 0
  const find = remembered(async () => {
    if (++count === 1) throw new Error('Away.')
    return count
  }, 60_000)
  expect(await Promise.allSettled([find(), find()])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
  expect(await find()).toBe(2)
})
