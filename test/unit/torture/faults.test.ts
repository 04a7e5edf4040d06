import { expect, test } from 'vitest'
import { nextFault } from '../../../torture/faults.ts'
import { random } from '../../support/random.ts'

function faults(seed: number, ownServer: boolean) {
  const pick = random(seed)
  return Array.from({ length: 500 }, () => nextFault(pick, 6, ownServer))
}

test('the same seed gives the same faults, and another seed others', () => {
  expect(faults(7, true)).toEqual(faults(7, true))
  expect(faults(7, true)).not.toEqual(faults(8, true))
})

test('a server of somebody else is neither restarted nor filled up', () => {
  const types = new Set(faults(1, false).map(({ fault }) => fault.type))
  expect(types).not.toContain('restart')
  expect(types).not.toContain('storm')
  const own = new Set(faults(1, true).map(({ fault }) => fault.type))
  expect([...own].filter((type) => !types.has(type)).sort()).toEqual(['restart', 'storm'])
})
