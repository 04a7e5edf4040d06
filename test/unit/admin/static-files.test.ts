import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageFile } from '../../../src/admin/static-files.ts'

let place = ''
const file = (path: string) => pageFile(path, new URL(`${pathToFileURL(join(place, 'page'))}/`))

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'eventstore-page-'))
  await mkdir(join(place, 'page/assets'), { recursive: true })
  await writeFile(join(place, 'page/index.html'), '<!doctype html>')
  await writeFile(join(place, 'page/assets/index-DkT3x9aB.js'), 'export {}')
  await writeFile(join(place, 'page/assets/plain.css'), 'a {}')
  await writeFile(join(place, 'page/assets/secret.key'), 'secret')
  await writeFile(join(place, 'secret.txt'), 'secret')
})
afterAll(() => rm(place, { recursive: true, force: true }))

describe('the files of the page', () => {
  test('are served with their types, and kept only when their name changes with their content', async () => {
    const served = async (path: string) => {
      const { headers } = await file(path)
      return [headers.get('Content-Type'), headers.get('Cache-Control')]
    }
    expect(await served('/')).toEqual(['text/html; charset=utf-8', null])
    expect(await served('/assets/index-DkT3x9aB.js')).toEqual([
      'text/javascript; charset=utf-8',
      'private, max-age=31536000, immutable',
    ])
    expect(await served('/assets/plain.css')).toEqual(['text/css; charset=utf-8', null])
    expect(await (await file('/')).text()).toBe('<!doctype html>')
  })

  test.each([
    '/missing.js',
    '/assets',
    '/assets/',
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..\\..\\secret.txt',
    '//etc/hostname.txt',
    '/assets/secret.key',
    '/assets/plain.css/x.css',
    '/.html',
    '/\0.txt',
  ])('there is nothing at %j', async (path) => {
    await expect(file(path)).rejects.toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  test('a page that was not built says so', async () => {
    await expect(pageFile('/', new URL(`${pathToFileURL(join(place, 'nowhere'))}/`))).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('npm run build'),
    })
  })
})
