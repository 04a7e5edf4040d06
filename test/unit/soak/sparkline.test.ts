import { expect, test } from 'vitest'
import { sparkline } from '../../../soak/sparkline.ts'

test('goes from the lowest value to the highest', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█')
  expect(sparkline([100, 107])).toBe('▁█')
})

test('is low when nothing changes', () => {
  expect(sparkline([5, 5, 5])).toBe('▁▁▁')
})

test('shows the greatest of several when there are more values than it is wide', () => {
  expect(sparkline([0, 0, 0, 7, 1, 0], 3)).toBe('▁█▂')
})
