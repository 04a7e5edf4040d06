import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashOf } from '../../src/admin/page/router.ts'
import { type OpenAdmin, openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { becomes, useBrowser, type Visit } from './support/browser.ts'
import { POOR_CONTRAST } from './support/contrast.ts'
import { fillShop, type Order, openSubscription, streamOf } from './support/shop.ts'

describe('the looks of the admin page', () => {
  const database = useDatabase()
  const browser = useBrowser()
  let admin: OpenAdmin
  let order: Order
  let views: Readonly<Record<string, string>>

  beforeAll(async () => {
    admin = await openAdmin(database.connectionString, { allowWrites: true })
    order = await fillShop(admin.store, 60)
    for (const name of ['mailer', 'projection', 'search index']) await openSubscription(admin.store, streamOf(1), name)
    await openSubscription(admin.store, '$all', 'analytics')
    views = {
      streams: '#/streams',
      stream: `#/stream/${streamOf(1)}`,
      all: '#/all',
      event: `#/event/${order.paid}`,
      subscriptions: '#/subscriptions',
      subscription: hashOf({ view: 'subscription', stream: '$all', name: 'analytics' }),
      rates: '#/rates',
      snapshots: '#/snapshots',
      snapshot: `#/snapshot/${streamOf(1)}`,
      empty: '#/snapshots?search=nothing',
      failure: '#/stream/nobody',
    }
  })
  afterAll(() => admin?.[Symbol.asyncDispose]())

  async function show(visit: Visit, hash: string): Promise<void> {
    await visit.go(hash)
    await visit.page.locator('tbody tr, .json-tree, .state.empty, .state.failure, canvas').first().waitFor()
    await visit.page.locator('main [aria-busy=true], .loading').first().waitFor({ state: 'detached' })
  }

  test.each(['light', 'dark'] as const)('have enough contrast in %s', async (colorScheme) => {
    await using visit = await browser.visit(admin, '#/streams', { colorScheme })
    const { page } = visit
    for (const [name, hash] of Object.entries(views)) {
      await show(visit, hash)
      await visit.picture(`${colorScheme}-${name}`)
      expect([name, await page.evaluate(POOR_CONTRAST)]).toEqual([name, []])
    }
    const background = await page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
    expect(background).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 27)')
  })

  test('fit a screen that is 360 pixels wide: nothing but boxes of their own scrolls sideways', async () => {
    await using visit = await browser.visit(admin, '#/streams', {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    })
    const { page } = visit
    for (const [name, hash] of Object.entries(views)) {
      await show(visit, hash)
      await visit.picture(`small-${name}`)
      expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, 360])
    }
    await visit.go(`#/stream/${streamOf(1)}`)
    for (const [name, button] of [
      ['append', 'Append…'],
      ['delete', 'Delete…'],
      ['help', 'Help'],
    ] as const) {
      await page.getByRole('button', { name: button }).click()
      await visit.picture(`small-dialog-${name}`)
      const box = await page.getByRole('dialog').boundingBox()
      expect(box?.width).toBeLessThanOrEqual(360)
      await page.keyboard.press('Escape')
    }
  })

  test('of a list on a small screen leave one to sort it', async () => {
    await using visit = await browser.visit(admin, '#/streams', { viewport: { width: 360, height: 740 } })
    const { page } = visit
    await page.getByRole('button', { name: 'Name' }).click()
    await becomes(() => page.locator('[data-row]').first().textContent(), '$all')
    await page.getByRole('button', { name: 'Name' }).click()
    await becomes(() => page.locator('[data-row]').first().textContent(), streamOf(60))
    expect(page.url()).toContain('sortBy=name')
  })

  test('are light or dark by choice, which is remembered', async () => {
    await using visit = await browser.visit(admin, '#/streams', { colorScheme: 'light' })
    const { page } = visit
    const background = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
    const button = page.getByRole('button', { name: /^Colours/ })
    for (const expected of ['rgb(255, 255, 255)', 'rgb(20, 23, 27)']) {
      await button.click()
      await becomes(background, expected)
    }
    await page.reload()
    await becomes(background, 'rgb(20, 23, 27)')
    await button.click()
    await becomes(background, 'rgb(255, 255, 255)')
  })
})
