import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenAdmin, openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { useBrowser } from './support/browser.ts'

describe('who opens the admin page', () => {
  const database = useDatabase()
  const browser = useBrowser()
  let admin: OpenAdmin

  beforeAll(async () => {
    admin = await openAdmin(database.connectionString)
  })
  afterAll(() => admin?.[Symbol.asyncDispose]())

  test.each(['/', '/?token=wrong', '/?token='])('by %s is told what to do, and gets nothing else', async (path) => {
    await using page = await browser.stranger()
    const response = await page.goto(`${admin.origin}${path}`)
    expect(response?.status()).toBe(401)
    expect(await page.locator('body').textContent()).toMatch(/printed/)
    expect(await page.locator('#app, script').count()).toBe(0)
    expect(await page.context().cookies()).toEqual([])
  })

  test('by the URL that was printed is let in, and has the token in no address and no script', async () => {
    await using page = await browser.stranger()
    await page.goto(admin.server.url)
    await page.getByText('connected', { exact: true }).waitFor()
    expect(page.url()).not.toContain(admin.server.token)
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(await page.context().cookies()).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }])
  })

  test('may come back by a link to a view, as long as the browser is open', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    await visit.go('#/rates')
    await visit.page.getByRole('heading', { level: 1, name: 'Rates' }).waitFor()
    await visit.page.reload()
    await visit.page.getByRole('heading', { level: 1, name: 'Rates' }).waitFor()
  })
})
