import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenAdmin, openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { newEvents } from '../support/new-events.ts'
import { becomes, useBrowser } from './support/browser.ts'
import { openSubscription } from './support/shop.ts'

const NEW = { expectedVersion: 'no-stream' } as const

describe('the admin page with --allow-writes', () => {
  const database = useDatabase()
  const browser = useBrowser()
  let admin: OpenAdmin

  beforeAll(async () => {
    admin = await openAdmin(database.connectionString, { allowWrites: true })
  })
  afterAll(() => admin?.[Symbol.asyncDispose]())

  test('says so', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    await visit.page.getByText('writes allowed').waitFor()
  })

  test('appends an event to a new stream, and shows it', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    await page.getByRole('button', { name: 'Append…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Append an event' })
    await dialog.getByLabel('Stream').fill('written')
    await dialog.getByLabel('Type').fill('Noted')
    await dialog.getByLabel('Data, as JSON').fill('{"text": ')
    await dialog.getByRole('button', { name: 'Append', exact: true }).click()
    await dialog.getByRole('alert').filter({ hasText: 'Data is no JSON' }).waitFor()
    await dialog.getByLabel('Data, as JSON').fill('{"text": "<b>kept</b>"}')
    await visit.picture('append-dialog')
    await dialog.getByRole('button', { name: 'Append', exact: true }).click()
    await dialog.getByText('Appended as version 1').waitFor()
    await dialog.getByRole('link', { name: 'Show the stream' }).click()
    await page.getByRole('link', { name: 'Noted' }).waitFor()
    expect(await admin.store.read('written').toArray()).toMatchObject([
      { type: 'Noted', data: { text: '<b>kept</b>' } },
    ])
  })

  test('shows why an append was refused', async () => {
    await admin.store.append('refusing', newEvents(2), NEW)
    await using visit = await browser.visit(admin, '#/stream/refusing')
    const { page } = visit
    await page.getByRole('button', { name: 'Append…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Type').fill('Noted')
    await dialog.getByLabel('Expected version').fill('1')
    await dialog.getByLabel('Data, as JSON').fill('1')
    await dialog.getByRole('button', { name: 'Append', exact: true }).click()
    await dialog.getByRole('alert').filter({ hasText: 'WRONG_EXPECTED_VERSION' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await admin.store.getStream('refusing')).toMatchObject({ version: 2 })
  })

  test('deletes a stream once its name was typed', async () => {
    await admin.store.append('unwanted', newEvents(3), NEW)
    await using visit = await browser.visit(admin, '#/stream/unwanted')
    const { page } = visit
    await page.getByRole('button', { name: 'Delete…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete a stream' })
    const confirm = dialog.getByRole('button', { name: 'Delete', exact: true })
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByLabel('to confirm').fill('unwante')
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByLabel('to confirm').fill('unwanted')
    await visit.picture('delete-dialog')
    await confirm.click()
    await page.getByText('This stream was deleted.').waitFor()
    expect(await admin.store.getStream('unwanted').catch((error) => error.code)).toBe('STREAM_DELETED')
  })

  test('destroys the events of a stream only when that was chosen', async () => {
    await admin.store.append('destroyed', newEvents(3), NEW)
    await using visit = await browser.visit(admin, '#/stream/destroyed')
    const { page } = visit
    await page.getByRole('button', { name: 'Delete…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: /^Hard/ }).check()
    await dialog.getByLabel('to confirm').fill('destroyed')
    await dialog.getByRole('button', { name: 'Destroy its events' }).click()
    await page.getByRole('heading', { name: 'Streams' }).waitFor()
    expect(await admin.store.getStream('destroyed').catch((error) => error.code)).toBe('STREAM_NOT_FOUND')
  })

  test('does not delete a stream that grew since the dialog was opened', async () => {
    await admin.store.append('growing', newEvents(1), NEW)
    await using visit = await browser.visit(admin, '#/stream/growing')
    const { page } = visit
    await page.getByRole('button', { name: 'Delete…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('to confirm').fill('growing')
    await admin.store.append('growing', newEvents(1, 2), { expectedVersion: 1 })
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog.getByRole('alert').filter({ hasText: 'WRONG_EXPECTED_VERSION' }).waitFor()
    expect(await admin.store.getStream('growing')).toMatchObject({ status: 'active', version: 2 })
  })

  test('resets a subscription, and says what comes again and what is skipped', async () => {
    await admin.store.append('followed', newEvents(10), NEW)
    await openSubscription(admin.store, 'followed', 'reader', { after: 6 })
    await using visit = await browser.visit(admin, '#/subscription/followed/reader')
    const { page } = visit
    await page.getByRole('button', { name: 'Reset…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Reset a subscription' })
    const number = dialog.getByLabel('Go on after event number')
    await dialog.getByText('Up to 6 events that were handled before will be delivered again.').waitFor()
    await number.fill('11')
    expect(await dialog.getByRole('button', { name: 'Reset' }).isDisabled()).toBe(true)
    await number.fill('8')
    await dialog.getByText('Up to 2 events will be skipped').waitFor()
    expect(await dialog.getByRole('button', { name: 'Reset' }).isDisabled()).toBe(true)
    await number.fill('2')
    await dialog.getByRole('button', { name: 'Reset' }).click()
    await becomes(() => page.locator('.facts').textContent(), expect.stringContaining('Checkpoint2'))
  })

  test('deletes a subscription and a snapshot once their names were typed', async () => {
    await admin.store.append('held', newEvents(1), NEW)
    await openSubscription(admin.store, 'held', 'forgotten')
    await admin.store.recordSnapshot({ sourceId: 'stale', sourceVersion: 1, sourceType: 'Order', data: {} })
    await using visit = await browser.visit(admin, '#/subscription/held/forgotten')
    const { page } = visit
    for (const [hash, name, heading] of [
      ['#/subscription/held/forgotten', 'forgotten', 'Subscriptions'],
      ['#/snapshot/stale', 'stale', 'Snapshots'],
    ] as const) {
      await visit.go(hash)
      await page.getByRole('button', { name: 'Delete…' }).click()
      await page.getByRole('dialog').getByLabel('to confirm').fill(name)
      await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
    }
    expect((await admin.store.listSubscriptions()).map(({ name }) => name)).not.toContain('forgotten')
    expect(await admin.store.readSnapshot('stale')).toBeUndefined()
  })
})
