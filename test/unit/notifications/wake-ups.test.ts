import { describe, expect, test } from 'vitest'
import { WakeUps } from '../../../src/notifications/wake-ups.ts'

function recorded() {
  const wakeUps = new WakeUps()
  const woken: string[] = []
  const register = (stream: string, name: string) => wakeUps.register(stream, () => void woken.push(name))
  const take = () => woken.splice(0)
  return { wakeUps, register, take }
}

describe('wake-ups', () => {
  test('reach everybody who waits for a stream that has grown, and nobody else', () => {
    const { wakeUps, register, take } = recorded()
    register('a', 'first of a')
    register('a', 'second of a')
    register('b', 'b')
    register('$all', 'all')
    wakeUps.wake(['a', 'missing'])
    expect(take()).toEqual(['first of a', 'second of a'])
    wakeUps.wake(['b', '$all'])
    expect(take()).toEqual(['b', 'all'])
  })

  test('reach everybody when any stream may have grown', () => {
    const { wakeUps, register, take } = recorded()
    register('a', 'a')
    register('b', 'b')
    wakeUps.wakeAll()
    expect(take()).toEqual(['a', 'b'])
  })

  test('reach nobody who has left, and those who have not left go on', () => {
    const { wakeUps, register, take } = recorded()
    const leave = register('a', 'left')
    register('a', 'stayed')
    expect(wakeUps.size).toBe(2)
    leave()
    leave()
    expect(wakeUps.size).toBe(1)
    wakeUps.wake(['a'])
    wakeUps.wakeAll()
    expect(take()).toEqual(['stayed', 'stayed'])
  })

  test('may come to an end while they are under way', () => {
    const { wakeUps, register, take } = recorded()
    const leave = wakeUps.register('a', () => leave())
    const leaveBoth = wakeUps.register('a', () => {
      leaveBoth()
      leaveLast()
    })
    const leaveLast = register('a', 'last')
    wakeUps.wake(['a'])
    expect(wakeUps.size).toBe(0)
    wakeUps.wakeAll()
    expect(take()).toEqual([])
    register('a', 'again')
    wakeUps.wake(['a'])
    expect(take()).toEqual(['again'])
  })

  test('reach the new one after the last of a stream has left', () => {
    const { wakeUps, register, take } = recorded()
    const leave = register('a', 'old')
    leave()
    register('a', 'new')
    leave()
    wakeUps.wake(['a'])
    expect(take()).toEqual(['new'])
  })
})
