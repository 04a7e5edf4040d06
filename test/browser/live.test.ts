import { describe, expect, test } from 'vitest'
import { startAdminServer } from '../../src/admin/server.ts'
import { EventStore } from '../../src/index.ts'
import { openBoundedOperations } from '../../src/operations/bounded-operations.ts'
import { openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { startForwarder, unusedPort } from '../support/forwarder.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { becomes, useBrowser } from './support/browser.ts'

const ANY = { expectedVersion: 'any' } as const

describe('a list of events on the admin page', () => {
  const database = useDatabase()
  const browser = useBrowser()

  test('shows what is appended as it arrives, and the head with it', async () => {
    await using admin = await openAdmin(database.connectionString)
    await admin.store.append('s', newEvents(3), ANY)
    await using visit = await browser.visit(admin, '#/stream/s')
    const { page } = visit
    const rows = page.locator('.events tbody tr')
    await page.getByText('Live', { exact: true }).waitFor()
    for (let count = 4; count <= 6; count++) {
      await admin.store.append('s', newEvent(count), ANY)
      await becomes(() => rows.count(), count)
      expect(await rows.first().locator('td').first().textContent()).toBe(String(count))
    }
    await becomes(() => page.locator('.overview').textContent(), expect.stringContaining('Head 6'))
  })

  test('shows in $all only what fits the filter', async () => {
    await using admin = await openAdmin(database.connectionString)
    await using visit = await browser.visit(admin, '#/all?type=Wanted')
    const { page } = visit
    await page.getByText('Live', { exact: true }).waitFor()
    await admin.store.append('s', [newEvent(1), { type: 'Wanted', data: {} }, newEvent(2)], ANY)
    await page.locator('.events tbody tr').filter({ hasText: 'Wanted' }).waitFor()
    expect(await page.locator('.events tbody tr').count()).toBe(1)
  })

  test('stands still while it is paused, and while somebody reads further down or points at it', async () => {
    await using admin = await openAdmin(database.connectionString)
    await admin.store.append('s', newEvents(60), ANY)
    await using visit = await browser.visit(admin, '#/stream/s')
    const { page } = visit
    const rows = page.locator('.events tbody tr')
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await admin.store.append('s', newEvents(12, 61), ANY)
    await page.getByRole('button', { name: '12 new events' }).waitFor()
    await visit.picture('live-waiting')
    expect(await rows.first().locator('td').first().textContent()).toBe('60')
    await page.getByRole('button', { name: '12 new events' }).click()
    await becomes(() => rows.first().locator('td').first().textContent(), '72')

    await page.evaluate('scrollTo(0, 600)')
    await admin.store.append('s', newEvent(73), ANY)
    await page.getByRole('button', { name: '1 new event' }).waitFor()
    expect(await rows.count()).toBe(62)
    await page.evaluate('scrollTo(0, 0)')
    await admin.store.append('s', newEvent(74), ANY)
    await becomes(() => rows.first().locator('td').first().textContent(), '74')
    expect(await rows.count()).toBe(64)

    await rows.first().hover()
    await admin.store.append('s', newEvent(75), ANY)
    await page.getByRole('button', { name: '1 new event' }).waitFor()
    expect(await rows.count()).toBe(64)
  })

  test('begins anew with a stream that was destroyed and created again', async () => {
    await using admin = await openAdmin(database.connectionString)
    await admin.store.append('s', newEvents(5), ANY)
    await using visit = await browser.visit(admin, '#/stream/s')
    const { page } = visit
    const rows = page.locator('.events tbody tr')
    await page.getByText('Live', { exact: true }).waitFor()
    await becomes(() => rows.count(), 5)
    await admin.store.deleteStream('s', { mode: 'hard', expectedVersion: 5 })
    await admin.store.append('s', newEvents(2), ANY)
    await becomes(() => rows.count(), 2)
  })

  test('stays bounded however much arrives, and says what it leaves out', async () => {
    await using admin = await openAdmin(database.connectionString)
    await admin.store.append('s', newEvent(), ANY)
    await using visit = await browser.visit(admin, '#/stream/s')
    const { page } = visit
    const rows = page.locator('.events tbody tr')
    await page.getByText('Live', { exact: true }).waitFor()
    for (let batch = 0; batch < 4; batch++) {
      await admin.store.append('s', newEvents(2_000), ANY)
      const newest = (1 + 2_000 * (batch + 1)).toLocaleString('en-US')
      await becomes(() => rows.first().locator('td').first().textContent(), newest)
    }
    expect(await rows.count()).toBeLessThanOrEqual(500)
    await page.getByText('events arrived too fast to show').first().scrollIntoViewIfNeeded()
    await visit.picture('live-too-fast')
  })

  test('says that the database is away, and goes on when it is back', async () => {
    const port = await unusedPort()
    const url = new URL(database.connectionString)
    url.host = `127.0.0.1:${port}`
    let forwarder = await startForwarder(database.connectionString, port)
    try {
      await using admin = await openAdmin(url.href)
      await using direct = new EventStore({ connectionString: database.connectionString, schema: admin.store.schema })
      await direct.append('s', newEvent(1), ANY)
      await using visit = await browser.visit(admin, '#/stream/s')
      const { page } = visit
      await page.getByText('Live', { exact: true }).waitFor()
      await forwarder[Symbol.asyncDispose]()
      await page.getByText('database away', { exact: true }).waitFor()
      await page.getByText('Connection lost, trying again').waitFor()
      await visit.picture('database-away')
      await direct.append('s', newEvent(2), ANY)
      forwarder = await startForwarder(database.connectionString, port)
      await page.getByText('connected', { exact: true }).waitFor()
      await becomes(() => page.locator('.events tbody tr').count(), 2)
      expect(await page.locator('.banner').count()).toBe(0)
    } finally {
      await forwarder[Symbol.asyncDispose]()
    }
  })

  test('says that the server is away, and that another one does not know its token', async () => {
    await using admin = await openAdmin(database.connectionString)
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    const { port } = admin.server
    await page.getByText('connected', { exact: true }).waitFor()
    await admin.server.close()
    await page.getByText('server away').waitFor()
    await page.getByText('The server of this page does not answer.').first().waitFor()
    await using operations = openBoundedOperations(database.connectionString, admin.store.schema)
    const { store } = admin
    const shown = { store, operations, payload: 'json', address: 'localhost:5432', database: 'shop' } as const
    await using other = await startAdminServer({ ...shown, allowWrites: false, port, onFailure: () => {} })
    await page.getByText('This page is not let in any more').waitFor()
    await visit.picture('not-let-in')
    await visit.go('#/all')
    await page.getByRole('alert').filter({ hasText: 'UNAUTHORIZED' }).waitFor()
    // In another tab: this one goes on by itself.
    const tab = await page.context().newPage()
    await tab.goto(other.url)
    await page.bringToFront()
    await page.getByText('connected', { exact: true }).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    expect(await page.getByRole('alert').filter({ hasText: 'UNAUTHORIZED' }).count()).toBe(0)
  })
})
