import { describe, expect, test } from 'vitest'
import { judgeClock } from '../../../../src/operations/doctor/clock.ts'
import { type ConnectionFacts, judgeConnections } from '../../../../src/operations/doctor/connections.ts'
import { judgeServer, type ServerFacts } from '../../../../src/operations/doctor/server.ts'
import { judgeSessions } from '../../../../src/operations/doctor/sessions.ts'

const SERVER: ServerFacts = {
  version: '15.18',
  number: 150018,
  packageVersion: '1.2.3',
  standby: false,
  readOnly: false,
  encoding: 'UTF8',
}
const levelsOf = (facts: Partial<ServerFacts>) => judgeServer({ ...SERVER, ...facts }).map(({ level }) => level)

describe('the server', () => {
  test('is named together with the library', () => {
    expect(judgeServer(SERVER)).toEqual([
      { level: 'ok', found: 'PostgreSQL 15.18, pg-event-store 1.2.3.', advice: null },
    ])
  })

  test.each([
    [120_099, 'failure'],
    [130_000, 'ok'],
    [180_004, 'ok'],
    [190_000, 'advice'],
  ])('of version %i: %s', (number, level) => {
    expect(levelsOf({ number })).toEqual([level])
  })

  test('cannot be worked with when it refuses every write', () => {
    expect(levelsOf({ standby: true })).toEqual(['ok', 'failure'])
    expect(levelsOf({ readOnly: true })).toEqual(['ok', 'failure'])
    expect(levelsOf({ standby: true, readOnly: true })).toEqual(['ok', 'failure'])
  })

  test('should hold every character', () => {
    expect(levelsOf({ encoding: 'LATIN1' })).toEqual(['ok', 'warning'])
    expect(levelsOf({ encoding: 'SQL_ASCII', number: 120_000, standby: true })).toEqual([
      'failure',
      'failure',
      'warning',
    ])
  })
})

describe('sessions', () => {
  test.each([
    [true, true, 'ok'],
    [false, null, 'warning'],
    [true, false, 'warning'],
  ])('that hear: %j, and exclude others: %j: %s', (hears, excludes, level) => {
    const [judgement] = judgeSessions({ hears, excludes })
    expect(judgement?.level).toBe(level)
    expect(judgement?.advice?.includes('sessionConnectionString') ?? false).toBe(level === 'warning')
  })
})

describe('connections', () => {
  const NONE: ConnectionFacts = { used: 1, most: 97, role: null, database: null }
  const judge = (facts: Partial<ConnectionFacts>) => judgeConnections({ ...NONE, ...facts })[0]

  test('are told with how many more processes they are enough for', () => {
    expect(judge({})).toEqual({
      level: 'ok',
      found: '1 of 97 connections are in use; the 96 left are enough for 8 more processes with a poolSize of 10.',
      advice: null,
    })
    expect(judge({ used: 75 })?.found).toContain('1 more process with')
  })

  test.each([
    [{ used: 77 }, 'ok'],
    [{ used: 78 }, 'warning'],
    [{ used: 97 }, 'warning'],
    [{ most: 10, used: 1 }, 'advice'],
    [{ most: 0, used: 0 }, 'warning'],
    [{ role: { used: 1, most: 20 } }, 'ok'],
    [{ role: { used: 16, most: 20 } }, 'warning'],
    [{ database: { used: 0, most: 5 } }, 'advice'],
  ])('%j: %s', (facts, level) => {
    expect(judge(facts)?.level).toBe(level)
  })

  test('the tightest limit is the one that is told', () => {
    expect(judge({ role: { used: 9, most: 10 }, database: { used: 10, most: 30 } })).toMatchObject({
      found: expect.stringContaining('9 of 10 connections'),
      advice: expect.stringContaining("the role's CONNECTION LIMIT"),
    })
  })
})

describe('the clock', () => {
  test.each([
    [0, 0, 'ok'],
    [1_999, 0, 'ok'],
    [2_000, 0, 'advice'],
    [-2_000, 0, 'advice'],
    [2_500, 600, 'ok'],
    [60_000, 0, 'warning'],
    [-90_000, 100, 'warning'],
  ])('that is %i ms ahead, give or take %i: %s', (ahead, uncertainty, level) => {
    expect(judgeClock({ ahead, uncertainty })[0]?.level).toBe(level)
  })

  test('is ahead or behind', () => {
    expect(judgeClock({ ahead: 65_000, uncertainty: 0 })[0]?.found).toContain('1 min ahead of')
    expect(judgeClock({ ahead: -65_000, uncertainty: 0 })[0]?.found).toContain('1 min behind')
  })
})
