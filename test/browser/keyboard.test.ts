import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenAdmin, openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { becomes, useBrowser } from './support/browser.ts'
import { fillShop, type Order, streamOf } from './support/shop.ts'

/** The text of what has the focus, if one can see that it has it. */
const FOCUSED = `(() => {
  const element = document.querySelector(':focus-visible')
  return element && getComputedStyle(element).outlineStyle !== 'none' ? element.textContent : null
})()`

describe('the admin page without a mouse', () => {
  const database = useDatabase()
  const browser = useBrowser()
  let admin: OpenAdmin
  let order: Order

  beforeAll(async () => {
    admin = await openAdmin(database.connectionString)
    order = await fillShop(admin.store, 20)
  })
  afterAll(() => admin?.[Symbol.asyncDispose]())

  const focused = (page: Page) => page.evaluate<string | null>(FOCUSED)

  test('is searched by /, walked by j and k, opened by Enter', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    await page.locator('tbody tr').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('order-01')
    await page.getByText('1–10 of 10').waitFor()
    await page.keyboard.press('Tab')
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key)
    const name = await focused(page)
    expect(name).toMatch(/^order-01\d$/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: `Stream ${name}` }).waitFor()
    await page.locator('.events tbody tr').first().waitFor()
    await page.keyboard.press('j')
    expect(await focused(page)).toBe('OrderShipped')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Event OrderShipped' }).waitFor()
  })

  test('changes views by numbers, pages by brackets', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    await page.getByText('1–41 of 41').waitFor()
    const headings = ['Streams', '$all', 'Subscriptions', 'Rates', 'Snapshots']
    for (const [index, name] of headings.entries()) {
      await page.keyboard.press(String(index + 1))
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
    }
    await page.keyboard.press('2')
    await becomes(() => page.locator('.events tbody tr').count(), 50)
    await page.keyboard.press(']')
    await becomes(() => page.locator('.events tbody tr').count(), 80)
  })

  test('folds and unfolds JSON by arrow keys', async () => {
    await using visit = await browser.visit(admin, `#/event/${order.placed}`)
    const { page } = visit
    const rows = page.getByRole('tree', { name: 'Data', exact: true }).getByRole('treeitem')
    await rows.first().focus()
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key)
    expect(await focused(page)).toContain('lines')
    const before = await rows.count()
    await page.keyboard.press('ArrowLeft')
    expect(await rows.count()).toBe(4)
    await page.keyboard.press('ArrowRight')
    expect(await rows.count()).toBe(before)
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    expect(await focused(page)).toContain('3 keys')
  })

  test('walks a chain by arrow keys and Enter', async () => {
    await using visit = await browser.visit(admin, `#/event/${order.placed}`)
    const { page } = visit
    const heading = page.getByRole('heading', { level: 1 })
    await page.locator('.chain-node.focus').focus()
    await page.keyboard.press('ArrowRight')
    expect(await focused(page)).toContain('OrderPaid')
    await page.keyboard.press('Enter')
    await becomes(() => heading.textContent(), 'Event OrderPaid')
    await becomes(() => page.locator('.chain-node.focus').textContent(), expect.stringContaining('OrderPaid'))
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Enter')
    await becomes(() => heading.textContent(), 'Event OrderPlaced')
  })

  test('helps by ?, and goes back to where one was', async () => {
    await using visit = await browser.visit(admin, `#/stream/${streamOf(1)}`)
    const { page } = visit
    await page.locator('.events tbody tr').first().waitFor()
    await page.keyboard.press('j')
    const before = await focused(page)
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: 'Keys' })
    await dialog.waitFor()
    await page.keyboard.press('2')
    expect(page.url()).toContain('#/stream/')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await focused(page)).toBe(before)
  })

  test('pauses and resumes by p', async () => {
    await using visit = await browser.visit(admin, '#/all')
    const { page } = visit
    await page.getByText('Live', { exact: true }).waitFor()
    await page.keyboard.press('p')
    await page.getByText('Paused', { exact: true }).waitFor()
    await page.keyboard.press('p')
    await page.getByText('Live', { exact: true }).waitFor()
  })
})
