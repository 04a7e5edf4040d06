import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenAdmin, openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { newEvents } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import { becomes, useBrowser } from './support/browser.ts'
import { fillShop, type Order, openSubscription, streamOf } from './support/shop.ts'

describe('the admin page', () => {
  const database = useDatabase()
  const browser = useBrowser()
  let admin: OpenAdmin
  let order: Order

  beforeAll(async () => {
    admin = await openAdmin(database.connectionString)
    order = await fillShop(admin.store, 60)
    await admin.store.append('long', newEvents(130), { expectedVersion: 'no-stream' })
    await using _mailer = await openSubscription(admin.store, streamOf(1), 'mailer')
  })
  afterAll(() => admin?.[Symbol.asyncDispose]())

  test('finds, sorts and pages streams, and keeps that in its address', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    const rows = page.getByRole('table', { name: 'Streams' }).locator('tbody tr')
    const names = () => rows.locator('[data-row]').allTextContents()
    await page.getByText('1–50 of 122').waitFor()
    await page.getByRole('link', { name: 'Next' }).click()
    await page.getByText('51–100 of 122').waitFor()
    await page.getByRole('searchbox', { name: 'Search' }).fill('order-01')
    await page.getByText('1–10 of 10').waitFor()
    await page.getByRole('button', { name: 'Name' }).click()
    await becomes(async () => (await names())[0], 'order-010')
    await page.getByRole('button', { name: 'Name' }).click()
    await becomes(async () => (await names())[0], 'order-019')
    await page.reload()
    await page.getByText('1–10 of 10').waitFor()
    expect(await names()).toEqual(Array.from({ length: 10 }, (_, index) => streamOf(19 - index)))
    expect(await page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('order-01')
  })

  test('shows a stream newest first, and older events on demand', async () => {
    await using visit = await browser.visit(admin, '#/streams?search=long')
    const { page } = visit
    await page.getByRole('link', { name: 'long' }).click()
    const numbers = page.locator('.events tbody tr td:first-child')
    await becomes(() => numbers.count(), 50)
    expect(await numbers.first().textContent()).toBe('130')
    for (const count of [100, 130]) {
      await page.getByRole('button', { name: 'Older events' }).click()
      await becomes(() => numbers.count(), count)
    }
    expect(await numbers.last().textContent()).toBe('1')
    expect(await page.getByRole('button', { name: 'Older events' }).count()).toBe(0)
  })

  test('goes to a number of a stream, and from there to newer ones', async () => {
    await using visit = await browser.visit(admin, '#/stream/long?from=60')
    const { page } = visit
    const first = page.locator('.events tbody tr td:first-child').first()
    await becomes(() => first.textContent(), '60')
    await page.getByRole('link', { name: 'Newer' }).click()
    await becomes(() => first.textContent(), '110')
    await page.getByRole('link', { name: 'Newest, live' }).click()
    await becomes(() => first.textContent(), '130')
  })

  test('shows an event with its data, which folds', async () => {
    await using visit = await browser.visit(admin, `#/event/${order.placed}`)
    const { page } = visit
    const tree = page.getByRole('tree', { name: 'Data', exact: true })
    await tree.getByText('"Ada Lovelace"').waitFor()
    expect(await tree.getByRole('treeitem').count()).toBe(16)
    await tree.getByRole('button', { name: 'Fold', exact: true }).nth(1).click()
    expect(await tree.getByRole('treeitem').count()).toBe(4)
    await tree.getByText('[ 3 items ]').waitFor()
    await page.getByRole('tree', { name: 'Metadata' }).getByText('"ada@example.com"').waitFor()
  })

  test('goes from an event to its neighbours in the stream', async () => {
    await using visit = await browser.visit(admin, `#/event/${order.placed}`)
    const { page } = visit
    const heading = page.getByRole('heading', { level: 1 })
    for (const type of ['OrderPaid', 'OrderShipped']) {
      await page.getByRole('link', { name: 'Later in its stream' }).click()
      await becomes(() => heading.textContent(), `Event ${type}`)
    }
    await becomes(() => page.getByRole('link', { name: 'Later in its stream' }).count(), 0)
    await page.getByRole('link', { name: 'Earlier in its stream' }).click()
    await becomes(() => heading.textContent(), 'Event OrderPaid')
  })

  test('copies JSON as it is stored', async () => {
    await using visit = await browser.visit(admin, `#/event/${order.paid}`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    const { page } = visit
    await page.getByRole('button', { name: 'Copy Data' }).click()
    await page.getByRole('button', { name: 'Copied Data' }).waitFor()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(JSON.parse(copied)).toEqual({ order: 1, amount: 59.7, method: 'card' })
  })

  test('walks from an event to its effects, and back to its causes', async () => {
    await using visit = await browser.visit(admin, `#/event/${order.placed}`)
    const { page } = visit
    const heading = page.getByRole('heading', { level: 1 })
    await page.getByText('0 causes before, 3 effects after').waitFor()
    await page.locator('.chain-node', { hasText: 'OrderPaid' }).click()
    await page.getByText('1 cause before, 2 effects after').waitFor()
    expect(await heading.textContent()).toBe('Event OrderPaid')
    await page.locator('.chain-node', { hasText: 'InvoiceSent' }).click()
    await page.getByText('2 causes before, 0 effects after, 1 other').waitFor()
    expect(page.url()).toContain(order.invoiced)
    await page.locator('.chain-node', { hasText: 'OrderPlaced' }).click()
    await page.getByText('0 causes before, 3 effects after').waitFor()
    await page.goBack()
    await page.getByText('2 causes before').waitFor()
    await page.getByText('As a list').click()
    expect(await page.getByRole('table', { name: 'Causes and effects' }).locator('tbody tr').count()).toBe(4)
  })

  test('filters $all by type, stream and correlation, and keeps that in its address', async () => {
    await using visit = await browser.visit(admin, '#/all')
    const { page } = visit
    const rows = page.locator('.events tbody tr')
    await page.getByRole('searchbox', { name: 'Type' }).fill('OrderPaid')
    await page.getByRole('searchbox', { name: 'Stream' }).fill('order-00')
    await becomes(() => rows.count(), 9)
    await page.reload()
    await becomes(() => rows.count(), 9)
    await page.getByRole('button', { name: 'Clear' }).click()
    await becomes(() => rows.count(), 50)
    await page.getByRole('searchbox', { name: 'Correlation id' }).fill(order.correlationId)
    await becomes(() => rows.count(), 4)
    await page.getByRole('searchbox', { name: 'Type' }).fill('Nothing')
    await page.getByText('No event fits.').waitFor()
  })

  test('goes on looking for what is far away at one press', async () => {
    const { schema } = admin.store
    const text = `
      INSERT INTO ${schema}.events (position, stream_id, stream_version, created_at, event_id, event_type, data, metadata)
      SELECT h.head + g, s.stream_id, 130 + g, now(), gen_random_uuid(), 'Filler', '{}', '{}'
      FROM generate_series(1, 45000) g, ${schema}.streams s, (SELECT max(position) AS head FROM ${schema}.events) h
      WHERE s.stream_name = 'long'`
    await runSql(database.connectionString, text)
    await using visit = await browser.visit(admin, '#/all?type=InvoiceSent')
    const { page } = visit
    await page.getByText('Nothing found so far.').waitFor()
    await page.getByRole('button', { name: 'Older events' }).click()
    await becomes(() => page.locator('.events tbody tr').count(), 50)
    await page.getByText('events looked at so far').waitFor()
  })

  test('says what is wrong with what was asked for', async () => {
    await using visit = await browser.visit(admin, '#/all?correlationId=nonsense')
    const { page } = visit
    await page.getByRole('alert').filter({ hasText: 'BAD_REQUEST' }).waitFor()
    await visit.go('#/stream/nobody')
    await page.getByRole('alert').filter({ hasText: 'STREAM_NOT_FOUND' }).waitFor()
    await visit.go('#/event/018f3c9a-0000-7000-8000-000000000001')
    await page.getByRole('alert').filter({ hasText: 'EVENT_NOT_FOUND' }).waitFor()
    await visit.go('#/nothing/here')
    await page.getByRole('heading', { name: 'There is no such view' }).waitFor()
  })

  test('shows subscriptions with their lag, and one over time', async () => {
    await using visit = await browser.visit(admin, '#/subscriptions')
    const { page } = visit
    const row = page.getByRole('table', { name: 'Subscriptions' }).locator('tbody tr')
    await becomes(() => row.getByRole('cell').allTextContents(), expect.arrayContaining(['nobody']))
    expect(await row.locator('td[data-label=Lag]').textContent()).toBe('3')
    await page.getByRole('link', { name: 'mailer' }).click()
    await page.getByRole('img', { name: 'Lag over the last minutes; now 3' }).locator('canvas').waitFor()
    expect(await page.getByRole('button', { name: 'Reset' }).count()).toBe(0)
  })

  test('says that a checkpoint is past the end of its stream, which a restored backup makes of it', async () => {
    await using _ahead = await openSubscription(admin.store, streamOf(3), 'ahead')
    const { schema } = admin.store
    const text = `UPDATE ${schema}.subscriptions SET checkpoint = 9 WHERE subscription_name = 'ahead'`
    await runSql(database.connectionString, text)
    await using visit = await browser.visit(admin, '#/subscriptions?search=ahead')
    const { page } = visit
    const lag = page.getByRole('table', { name: 'Subscriptions' }).locator('td[data-label=Lag]')
    await becomes(() => lag.textContent(), '-6')
    await page.getByRole('link', { name: 'ahead' }).click()
    await page.getByText('The checkpoint is past the end of the stream').waitFor()
    await page.getByRole('img', { name: 'Lag over the last minutes; now -6' }).waitFor()
  })

  test('shows rates and sizes', async () => {
    await using visit = await browser.visit(admin, '#/rates')
    const { page } = visit
    await page
      .getByRole('img', { name: /^Events a second over the last minutes/ })
      .locator('canvas')
      .waitFor()
    const table = page.getByRole('table', { name: 'Sizes of the tables' })
    await table.getByRole('cell', { name: 'events', exact: true }).waitFor()
  })

  test('finds snapshots, and shows one', async () => {
    await using visit = await browser.visit(admin, '#/snapshots')
    const { page } = visit
    await page.getByText('1–2 of 2').waitFor()
    await page.getByRole('searchbox', { name: 'Search' }).fill('002')
    await page.getByText('1–1 of 1').waitFor()
    await page.getByRole('link', { name: streamOf(2) }).click()
    await page.getByRole('tree', { name: 'Data', exact: true }).getByText('"shipped"').waitFor()
  })

  test('without --allow-writes offers nothing that writes', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    await page.getByText('read-only').waitFor()
    for (const hash of [
      '#/streams',
      '#/stream/long',
      `#/subscription/${streamOf(1)}/mailer`,
      `#/snapshot/${streamOf(1)}`,
    ]) {
      await visit.go(hash)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.locator('.loaded, .facts').first().waitFor()
      expect(await page.getByRole('button', { name: /^(Append|Delete|Reset)…$/ }).count()).toBe(0)
    }
  })
})
