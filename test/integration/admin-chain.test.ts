import { describe, expect, test } from 'vitest'
import type { Chain } from '../../src/admin/api.ts'
import type { NewEvent } from '../../src/index.ts'
import { openBoundedOperations } from '../../src/operations/bounded-operations.ts'
import { readChain } from '../../src/operations/chain.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { type OpenAdmin, openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'

const database = useDatabase()

interface Given {
  readonly id?: string | undefined
  readonly cause?: string | undefined
  readonly correlation?: string | undefined
}

describe('the chain of an event', () => {
  test('has what caused it, what it caused, and what has its correlation, each once and by position', async () => {
    await using admin = await openAdmin(database.connectionString)
    const correlation = uuidv7()
    const [root, other, focus, effect, deep, relative, unrelated] = ids(7)
    await append(admin, { id: root }, { id: unrelated, correlation: uuidv7() }, { id: other, cause: root })
    await append(admin, { id: focus, cause: root, correlation }, { id: effect, cause: focus, correlation })
    await append(admin, { id: deep, cause: effect }, { id: relative, correlation })
    expect(await chainOf(admin, focus)).toEqual({
      focus,
      ids: [root, focus, effect, deep, relative],
      edges: pairs([root, focus], [focus, effect], [effect, deep]),
      missing: [],
      moreCauses: false,
      complete: true,
      searchedTo: 7,
    })
    // Without a correlation only causes and effects belong to it.
    expect(await chainOf(admin, root)).toMatchObject({ ids: [root, other, focus, effect, deep], complete: true })
    expect(await chainOf(admin, unrelated)).toMatchObject({ ids: [unrelated], edges: [] })
  })

  test('shows its events as lists do', async () => {
    await using admin = await openAdmin(database.connectionString)
    const [focus] = ids(1)
    await append(admin, { id: focus })
    const { events } = await admin.json<Chain>('/api/chain', { id: focus ?? '' })
    expect(events).toMatchObject([
      {
        id: focus,
        position: 1,
        eventNumber: 1,
        streamName: 's',
        streamVersion: 1,
        preview: '{"n":1}',
        causationId: null,
      },
    ])
  })

  test('names causes that are not stored', async () => {
    await using admin = await openAdmin(database.connectionString)
    const correlation = uuidv7()
    const [lost, focus, alsoLost, relative] = ids(4)
    await append(admin, { id: focus, cause: lost, correlation }, { id: relative, cause: alsoLost, correlation })
    expect(await chainOf(admin, focus)).toMatchObject({
      ids: [focus, relative],
      edges: [],
      missing: [lost, alsoLost].sort(),
      complete: true,
    })
  })

  test('ends where it goes in a circle', async () => {
    await using admin = await openAdmin(database.connectionString)
    const [first, second, third, own] = ids(4)
    await append(admin, { id: first, cause: third }, { id: second, cause: first }, { id: third, cause: second })
    await append(admin, { id: own, cause: own })
    for (const focus of [first, second, third]) {
      expect(await chainOf(admin, focus)).toEqual({
        focus,
        ids: [first, second, third],
        edges: pairs([third, first], [first, second], [second, third]),
        missing: [],
        moreCauses: false,
        complete: true,
        searchedTo: 4,
      })
    }
    expect(await chainOf(admin, own)).toMatchObject({ ids: [own], edges: [[own, own]], complete: true })
  })

  test('finds effects of effects, however long the line', async () => {
    await using admin = await openAdmin(database.connectionString)
    const line = ids(120)
    await append(admin, ...line.map((id, index) => ({ id, cause: line[index - 1] })))
    const { ids: found, complete } = await chainOf(admin, line[0] ?? '')
    expect(found).toEqual(line)
    expect(complete).toBe(true)
  })

  test('goes back fifty causes, and says that there are more', async () => {
    await using admin = await openAdmin(database.connectionString)
    const line = ids(60)
    await append(admin, ...line.map((id, index) => ({ id, cause: line[index - 1] })))
    const last = line.at(-1) ?? ''
    expect(await chainOf(admin, last)).toMatchObject({
      ids: line.slice(-51),
      moreCauses: true,
      complete: true,
      missing: [],
      searchedTo: 60,
    })
    expect(await chainOf(admin, line[50] ?? '')).toMatchObject({ ids: line, moreCauses: false, complete: true })
  })

  test('has two hundred effects and two hundred relatives at most, and says that there are more', async () => {
    await using admin = await openAdmin(database.connectionString)
    const correlation = uuidv7()
    const [focus] = ids(1)
    await append(admin, { id: focus, correlation })
    await append(admin, ...range(1, 300).map(() => ({ correlation })), ...range(1, 300).map(() => ({ cause: focus })))
    const { ids: found, edges, complete, searchedTo } = await chainOf(admin, focus)
    expect([found.length, edges.length, complete]).toEqual([401, 200, false])
    expect(searchedTo).toBeLessThanOrEqual(601)
    const alone = uuidv7()
    await append(admin, { id: alone, correlation: alone }, ...range(1, 300).map(() => ({ correlation: alone })))
    // Effects are looked for all the way: there are none.
    expect(await chainOf(admin, alone)).toMatchObject({ ids: { length: 201 }, complete: false, searchedTo: 902 })
    const few = uuidv7()
    await append(admin, { id: few }, ...range(1, 199).map(() => ({ cause: few })))
    expect(await chainOf(admin, few)).toMatchObject({ ids: { length: 200 }, complete: true })
  })

  test('is looked for no further when whoever asked has left', async () => {
    await using admin = await openAdmin(database.connectionString)
    const [focus, effect] = ids(2)
    await append(admin, { id: focus }, { id: effect, cause: focus })
    await using operations = openBoundedOperations(database.connectionString, admin.store.schema)
    const left = await readChain(operations, 'json', focus ?? '', AbortSignal.abort())
    expect(left).toMatchObject({ events: [{ id: focus }], complete: false, searchedTo: 0 })
    const stayed = await readChain(operations, 'json', focus ?? '', new AbortController().signal)
    expect(stayed).toMatchObject({ events: [{ id: focus }, { id: effect }], complete: true, searchedTo: 2 })
  })

  test('is looked for far from the event', async () => {
    await using admin = await openAdmin(database.connectionString)
    const correlation = uuidv7()
    const [focus, effect, relative] = ids(3)
    await append(admin, { id: focus, correlation })
    await admin.store.append('filler', newEvents(30_000), { expectedVersion: 0 })
    await append(admin, { id: effect, cause: focus }, { id: relative, correlation })
    expect(await chainOf(admin, focus)).toMatchObject({
      ids: [focus, effect, relative],
      complete: true,
      searchedTo: 30_003,
    })
  })
})

function ids(count: number): string[] {
  return range(1, count).map(() => uuidv7())
}

/** Edges in the order of their effects' positions, as strings are compared. */
function pairs(...edges: readonly (readonly [string | undefined, string | undefined])[]) {
  return [...edges].sort()
}

async function append({ store }: OpenAdmin, ...given: readonly Given[]): Promise<void> {
  const events = given.map(
    ({ id, cause, correlation }): NewEvent => ({
      ...newEvent(),
      id,
      causationId: cause,
      correlationId: correlation,
    }),
  )
  await store.append('s', events, { expectedVersion: 'any' })
}

async function chainOf(admin: OpenAdmin, id: string | undefined) {
  const { events, edges, ...chain } = await admin.json<Chain>('/api/chain', { id: id ?? '' })
  expect(events.map(({ position }) => position)).toEqual(
    events.map(({ position }) => position).sort((first, second) => first - second),
  )
  return { ...chain, ids: events.map((event) => event.id), edges: [...edges].sort() }
}
