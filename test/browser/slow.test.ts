import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenAdmin, openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { newEvents } from '../support/new-events.ts'
import { becomes, useBrowser } from './support/browser.ts'
import { fillShop, type Order, streamOf } from './support/shop.ts'

describe('the admin page on a slow line', () => {
  const database = useDatabase()
  const browser = useBrowser()
  let admin: OpenAdmin
  let order: Order
  /** The id of the first event of the second order. */
  let other: string

  beforeAll(async () => {
    admin = await openAdmin(database.connectionString, { allowWrites: true })
    order = await fillShop(admin.store, 60)
    const [event] = await admin.store.read(streamOf(2), { limit: 1 }).toArray()
    other = event?.id ?? ''
    await admin.store.append('long', newEvents(130), { expectedVersion: 'no-stream' })
  })
  afterAll(() => admin?.[Symbol.asyncDispose]())

  test('shows what it has asked for once it is there, and says meanwhile that it waits', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    await page.getByText('1–50 of 122').waitFor()
    const network = await page.context().newCDPSession(page)
    const throughput = 50 * 1_024
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 1_500,
      downloadThroughput: throughput,
      uploadThroughput: throughput,
    })
    await page.getByRole('link', { name: 'Next' }).click()
    await page.getByText('Loading streams…').waitFor()
    await page.getByText('51–100 of 122').waitFor()
    expect(await page.getByText('Loading streams…').count()).toBe(0)
    await page.getByRole('link', { name: '$all' }).first().click()
    await page.getByText('Loading events…').waitFor()
    await becomes(() => page.locator('.events tbody tr').count(), 50)
  })

  test('asks for nothing twice when it is opened', async () => {
    for (const hash of ['#/rates', `#/event/${order.paid}`, '#/stream/long']) {
      await using visit = await browser.visit(admin, hash)
      const { page } = visit
      await page.getByText('connected', { exact: true }).waitFor()
      const asked: string[] = []
      page.on('request', (request) => {
        const { pathname, search } = new URL(request.url())
        // What the page was still asking for before it is loaded anew does not count.
        if (request.isNavigationRequest()) asked.length = 0
        if (pathname.startsWith('/api/')) asked.push(`${pathname}${search}`)
      })
      await page.reload()
      await page.getByText('connected', { exact: true }).waitFor()
      await page.locator('tbody tr, .chain-node').first().waitFor()
      // Those that listen are told of the database right away; what they would do then has been done by the next sample.
      await page.getByText('0/s', { exact: true }).first().waitFor()
      expect(asked).toContain('/api/store')
      expect(asked.filter((each, index) => asked.indexOf(each) !== index)).toEqual([])
    }
  })

  test('never shows the chain or the neighbours of another event as those of this one', async () => {
    await using visit = await browser.visit(admin, `#/event/${order.paid}`)
    const { page } = visit
    await page.getByText('1 cause before, 2 effects after').waitFor()
    const chain = await hold(page, `**/api/chain?id=${other}`)
    const events = await hold(page, '**/api/events?**')
    await visit.go(`#/event/${other}`)
    await becomes(() => page.locator('.facts').textContent(), expect.stringContaining(streamOf(2)))
    expect(await page.locator('.chain-node').count()).toBe(0)
    expect(await page.getByText(/causes? before/).count()).toBe(0)
    expect(await page.locator('.neighbours a').count()).toBe(0)
    await chain.release()
    await events.release()
    await page.getByText('0 causes before, 3 effects after').waitFor()
    await page.getByRole('link', { name: 'Later in its stream' }).waitFor()
  })

  test('goes on showing a chain to whoever walks along it, and says nothing of what is not known yet', async () => {
    await using visit = await browser.visit(admin, `#/event/${order.placed}`)
    const { page } = visit
    await page.getByText('0 causes before, 3 effects after').waitFor()
    const chain = await hold(page, `**/api/chain?id=${order.paid}`)
    await page.locator('.chain-node', { hasText: 'OrderPaid' }).click()
    await becomes(() => page.getByRole('heading', { level: 1 }).textContent(), 'Event OrderPaid')
    expect(await page.locator('.chain-node').count()).toBe(4)
    expect(await page.getByText(/causes? before/).count()).toBe(0)
    await chain.release()
    await page.getByText('1 cause before, 2 effects after').waitFor()
  })

  test('shows no answer to a filter that was changed meanwhile', async () => {
    await using visit = await browser.visit(admin, '#/all?type=OrderPaid')
    const { page } = visit
    const types = page.locator('.events tbody td.type')
    await becomes(() => types.count(), 50)
    const older = await hold(page, '**/api/events?**')
    await page.getByRole('button', { name: 'Older events' }).click()
    await becomes(() => older.count(), 1)
    await page.getByRole('searchbox', { name: 'Type' }).fill('OrderShipped')
    await becomes(() => older.count(), 2)
    await older.release()
    await becomes(() => types.first().textContent(), 'OrderShipped')
    await page.getByRole('button', { name: 'Older events' }).click()
    await becomes(() => types.count(), 60)
    expect(new Set(await types.allTextContents())).toEqual(new Set(['OrderShipped']))
  })

  test('says at its button that an older page did not come, and asks for it again', async () => {
    await using visit = await browser.visit(admin, '#/stream/long')
    const { page } = visit
    const rows = page.locator('.events tbody tr')
    await becomes(() => rows.count(), 50)
    await page.route('**/api/events?**', (route) => route.abort())
    await page.getByRole('button', { name: 'Older events' }).click()
    await page.getByRole('alert').filter({ hasText: 'NO_ANSWER' }).waitFor()
    expect(await rows.count()).toBe(50)
    await page.unroute('**/api/events?**')
    await page.getByRole('button', { name: 'Older events, again' }).click()
    await becomes(() => rows.count(), 100)
    expect(await page.getByRole('alert').filter({ hasText: 'NO_ANSWER' }).count()).toBe(0)
  })

  test('keeps every letter of what is searched for, however slowly it is typed', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    const field = page.getByRole('searchbox', { name: 'Search' })
    await field.focus()
    // Each answer of the address comes while the next letter is typed.
    await page.evaluate(`addEventListener('hashchange', () => {
      const field = document.querySelector('[data-search]')
      if (field.value !== 'order-01') {
        field.value += 'order-01'[field.value.length]
        field.dispatchEvent(new InputEvent('input', { bubbles: true }))
      }
    })`)
    await page.keyboard.type('o')
    await page.getByText('1–10 of 10').waitFor()
    expect(await field.inputValue()).toBe('order-01')
  })

  test('leaves somebody where he went while something was deleted', async () => {
    await admin.store.recordSnapshot({ sourceId: 'slow', sourceVersion: 1, sourceType: 'Slow', data: {} })
    await using visit = await browser.visit(admin, '#/snapshot/slow')
    const { page } = visit
    const deletion = await hold(page, '**/api/snapshots/delete')
    await page.getByRole('button', { name: 'Delete…' }).click()
    await page.getByRole('dialog').getByLabel('to confirm').fill('slow')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
    await becomes(() => deletion.count(), 1)
    await page.keyboard.press('Escape')
    await visit.go('#/rates')
    await deletion.release()
    await becomes(() => admin.store.readSnapshot('slow'), undefined)
    await page.getByRole('cell', { name: 'events', exact: true }).waitFor()
    expect(page.url()).toMatch(/#\/rates$/)
  })

  test('takes a connection for lost that says nothing, and makes another one', async () => {
    await using visit = await browser.visit(admin, '#/stream/long')
    const { page } = visit
    await page.clock.install()
    const live = await hold(page, '**/api/live?**')
    await page.reload()
    await page.getByText('Connecting', { exact: true }).waitFor()
    await becomes(async () => (await live.count()) > 0, true) // the page of before the reload may have asked, too
    await page.clock.fastForward(41_000)
    await page.getByText('Connection lost, trying again').waitFor()
    await live.release()
    await page.getByText('Live', { exact: true }).waitFor()
  })

  test('leads back to where one was in a list', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    await page.getByText('1–50 of 122').waitFor()
    await page.evaluate('scrollTo(0, 500)')
    await page.locator('tbody tr').nth(30).locator('[data-row]').click()
    await page.getByRole('heading', { level: 1, name: /^Stream / }).waitFor()
    await becomes(() => page.evaluate('scrollY'), 0)
    const list = await hold(page, '**/api/streams?**')
    await page.goBack()
    await page.getByText('Loading streams…').waitFor()
    await list.release()
    await becomes(() => page.evaluate('scrollY'), 500)
    await page.goForward()
    await becomes(() => page.evaluate('scrollY'), 0)
  })
})

interface Held {
  count(): Promise<number>
  /** Lets those go on that wait, and all that come. */
  release(): Promise<void>
}

/** Holds requests back, as a line does that is very slow. */
async function hold(page: Page, url: string): Promise<Held> {
  const waiting: Route[] = []
  let held = true
  await page.route(url, async (route) => {
    if (held) waiting.push(route)
    else await route.fallback()
  })
  return {
    count: async () => waiting.length,
    async release() {
      held = false
      // Some may have been given up meanwhile.
      for (const route of waiting) await route.fallback().catch(() => {})
    },
  }
}
