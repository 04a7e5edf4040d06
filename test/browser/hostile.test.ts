import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashOf, streamHash } from '../../src/admin/page/router.ts'
import { type OpenAdmin, openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { runSql } from '../support/run-sql.ts'
import { useBrowser } from './support/browser.ts'
import { openSubscription } from './support/shop.ts'

const SCRIPT = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><svg onload=hacked=1>'
const NAMES = [
  SCRIPT,
  'javascript:window.hacked=1',
  '"><a href=//example.com>out</a>',
  '\u202egnp.exe\u2066',
  '__proto__',
  'constructor',
  '{{hacked}}#{hacked}',
  'a/b?c=d#e%2F&f',
  'z̴̡̧̛̺̪̙̘̻̀̈́͐͠ą̷̢̛̻̀̈́͐͠l̴̡̧̛̺̪̙̘̻̀̈́͐͠g̷̢̛̻̀̈́͐͠ơ̴̡̧̺',
  'ﷺ'.repeat(100),
  'wide'.repeat(200),
]
/** What the store itself would refuse, but somebody else may have written. */
const WRITTEN_PAST = ['line\nbreak\ttab\u0007bell\u001b[31mred', 'x'.repeat(3_000)]

describe('names and data that want to do harm', () => {
  const database = useDatabase()
  const browser = useBrowser()
  const ids = { data: randomUUID(), long: randomUUID(), large: randomUUID() }
  let admin: OpenAdmin

  beforeAll(async () => {
    admin = await openAdmin(database.connectionString, { allowWrites: true })
    const { store } = admin
    for (const name of NAMES) {
      const event = { type: name, data: { [name]: name, list: [name] }, metadata: { [name]: name } }
      await store.append(name, event, { expectedVersion: 'no-stream' })
      await openSubscription(store, name, name)
      await store.recordSnapshot({ sourceId: name, sourceVersion: 1, sourceType: name, data: { [name]: name } })
    }
    const data = JSON.parse(
      '{"__proto__": {"hacked": 1}, "constructor": {"prototype": {"hacked": 1}}, "toString": null}',
    )
    const options = { expectedVersion: 'any' } as const
    await store.append('data', { type: 'Data', data, id: ids.data }, options)
    const long = { text: `${SCRIPT}${'long '.repeat(200_000)}`, bidi: '\u202e'.repeat(1_000) }
    await store.append('data', { type: 'Long', data: long, id: ids.long }, options)
    const large = { rows: Array.from({ length: 75_000 }, (_, n) => ({ n, name: `${SCRIPT} ${n}`, list: [n, [n]] })) }
    await store.append('data', { type: 'Large', data: large, id: ids.large }, options)
    for (const name of WRITTEN_PAST) await writePast(name)
  }, 60_000)
  afterAll(() => admin?.[Symbol.asyncDispose]())

  async function writePast(name: string): Promise<void> {
    const { schema } = admin.store
    await runSql(
      database.connectionString,
      `WITH stream AS (INSERT INTO ${schema}.streams (stream_name) VALUES ($1) RETURNING stream_id)
       INSERT INTO ${schema}.events (position, stream_id, stream_version, created_at, event_id, event_type, data, metadata)
       SELECT (SELECT max(position) + 1 FROM ${schema}.events), stream_id, 1, now(), gen_random_uuid(), $2, to_json($1::text), '{}'
       FROM stream`,
      [name, name.repeat(400)],
    )
  }

  const untouched = async (evaluate: (script: string) => Promise<unknown>) => {
    expect(
      await evaluate(
        '[typeof window.hacked, typeof {}.hacked, String({}), document.querySelectorAll("main img, main script").length]',
      ),
    ).toEqual(['undefined', 'undefined', '[object Object]', 0])
    expect(await evaluate('document.querySelectorAll("*").length')).toBeLessThan(6_000)
    expect(
      await evaluate('Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)'),
    ).toBe(0)
  }

  test.each(['#/streams', '#/all', '#/subscriptions', '#/snapshots'])('do none in the lists of %s', async (hash) => {
    await using visit = await browser.visit(admin, hash)
    await visit.page
      .locator('tbody tr')
      .nth(NAMES.length - 1)
      .waitFor()
    await visit.picture(`hostile-${hash.slice(2)}`)
    await untouched((script) => visit.page.evaluate(script))
  })

  test('do none where one of them is shown, and lead to where they should', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    for (const name of NAMES) {
      await visit.go(streamHash(name))
      await page.locator('.events [data-row]').click()
      await page.getByRole('tree', { name: 'Data', exact: true }).waitFor()
      await untouched((script) => page.evaluate(script))
    }
  })

  test.each([NAMES[0], NAMES[3]])('do none in titles and dialogs: %j', async (name = '') => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    for (const hash of [
      streamHash(name),
      hashOf({ view: 'subscription', stream: name, name }),
      hashOf({ view: 'snapshot', id: name }),
    ]) {
      await visit.go(hash)
      await page.getByRole('button', { name: 'Delete…' }).click()
      await page.getByRole('dialog').getByText('to confirm').waitFor()
      await untouched((script) => page.evaluate(script))
      await page.keyboard.press('Escape')
    }
  })

  test('with control characters are shown with escapes, and very long ones in part', async () => {
    await using visit = await browser.visit(admin, '#/streams')
    const { page } = visit
    for (const name of WRITTEN_PAST) {
      await visit.go(streamHash(name))
      await page.locator('.events [data-row]').click()
      await page.getByRole('heading', { level: 1, name: 'Event' }).waitFor()
      await untouched((script) => page.evaluate(script))
    }
    await visit.go(streamHash(WRITTEN_PAST[0] ?? ''))
    await page.getByRole('heading', { level: 1 }).getByText('\\u001b', { exact: true }).waitFor()
  })

  test('are data and nothing else in the tree of an event', async () => {
    await using visit = await browser.visit(admin, `#/event/${ids.data}`)
    const { page } = visit
    const tree = page.getByRole('tree', { name: 'Data', exact: true })
    for (const key of ['__proto__', 'constructor', 'toString']) await tree.getByText(key, { exact: true }).waitFor()
    await untouched((script) => page.evaluate(script))
  })

  test('are shown in part when they are a megabyte long, and more of them on demand', async () => {
    await using visit = await browser.visit(admin, `#/event/${ids.long}`)
    const { page } = visit
    const tree = page.getByRole('tree', { name: 'Data', exact: true })
    await page.getByText('Only the beginning is shown here.').first().waitFor()
    await tree
      .getByRole('button', { name: /more characters/ })
      .first()
      .click()
    await tree
      .getByRole('button', { name: /more characters/ })
      .first()
      .click()
    await visit.picture('hostile-long')
    await untouched((script) => page.evaluate(script))
  })

  test('are unfolded some hundred rows at a time when there are ten megabytes of them', async () => {
    await using visit = await browser.visit(admin, `#/event/${ids.large}`)
    const { page } = visit
    const tree = page.getByRole('tree', { name: 'Data', exact: true })
    await tree.waitFor()
    await page.getByRole('button', { name: 'Unfold all' }).first().click()
    await page.getByText('No more than 500 rows are shown at once').waitFor()
    expect(await tree.getByRole('treeitem').count()).toBe(500)
    await visit.picture('hostile-large')
    await untouched((script) => page.evaluate(script))
    const content = await admin.get(`/api/event/content?id=${ids.large}&part=data`)
    expect((await content.arrayBuffer()).byteLength).toBeGreaterThan(9_000_000)
  })
})
