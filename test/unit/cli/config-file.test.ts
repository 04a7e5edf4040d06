import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfigFile } from '../../../src/cli/config-file.ts'
import { UsageError } from '../../../src/cli/failure.ts'

const TYPESCRIPT = `
  enum Payload { binary = 'bytea' }
  export default { url: 'postgres://ts/shop', payload: Payload.binary } satisfies Record<string, string>`
const JAVASCRIPT = `export const url = 'postgres://js/shop'\nexport const schema = 'orders'`
const COMMON_JS = `module.exports = { url: 'postgres://cjs/shop' }`
const JSON_TEXT = '{ "url": "postgres://json/shop", "schema": "orders" }'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eventstore-config-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('a config file', () => {
  test('may be TypeScript with a default export', async () => {
    await write('eventstore.config.ts', TYPESCRIPT)
    expect(await read()).toEqual({ url: 'postgres://ts/shop', payload: 'bytea' })
  })

  test('may be JavaScript, whose exports are the settings', async () => {
    await write('eventstore.config.js', JAVASCRIPT)
    expect(await read()).toEqual({ url: 'postgres://js/shop', schema: 'orders' })
  })

  test('may be CommonJS', async () => {
    await write('eventstore.config.js', COMMON_JS)
    expect(await read()).toEqual({ url: 'postgres://cjs/shop' })
  })

  test('may be JSON', async () => {
    await write('eventstore.config.json', JSON_TEXT)
    expect(await read()).toEqual({ url: 'postgres://json/shop', schema: 'orders' })
  })

  test('may import what lies beside it', async () => {
    await write('names.ts', `export const schema: string = 'orders'`)
    await write('eventstore.config.ts', `import { schema } from './names.ts'\nexport default { schema }`)
    expect(await read()).toEqual({ schema: 'orders' })
  })

  test('need not be there', async () => {
    expect(await readConfigFile(folder, undefined)).toBeUndefined()
  })

  test('is the first of .ts, .js and .json', async () => {
    await write('eventstore.config.json', JSON_TEXT)
    await write('eventstore.config.js', JAVASCRIPT)
    expect(await read()).toMatchObject({ url: 'postgres://js/shop' })
    await write('eventstore.config.ts', TYPESCRIPT)
    expect(await read()).toMatchObject({ url: 'postgres://ts/shop' })
  })

  test('can be another one, named by its path', async () => {
    await write('eventstore.config.ts', TYPESCRIPT)
    await mkdir(join(folder, 'config'))
    await write('config/orders.json', JSON_TEXT)
    expect(await read('config/orders.json')).toMatchObject({ url: 'postgres://json/shop' })
    await expect(read('config/none.json')).rejects.toThrow('There is no config file config/none.json.')
  })

  test('names an embedded folder relative to itself', async () => {
    await mkdir(join(folder, 'config'))
    await write('config/orders.json', '{ "embedded": "../data" }')
    expect(await read('config/orders.json')).toEqual({ embedded: join(folder, 'data') })
  })

  test('calls its settings by its own name', async () => {
    await write('eventstore.config.json', JSON_TEXT)
    const source = await readConfigFile(folder, undefined)
    expect(source?.nameOf('url')).toBe('url in eventstore.config.json')
  })
})

describe('a config file is refused', () => {
  test('with an unknown setting, and the known ones are named', async () => {
    await write('eventstore.config.json', '{ "shema": "orders" }')
    await expect(read()).rejects.toThrow(
      "eventstore.config.json has an unknown setting 'shema'. The settings are url, embedded, schema, payload.",
    )
  })

  test('with a setting that is no string', async () => {
    await write('eventstore.config.js', 'export default { schema: 5 }')
    await expect(read()).rejects.toThrow('schema in eventstore.config.js must be a string, found 5.')
  })

  test.each(['[]', 'null', '"postgres://json/shop"'])('when it is no object: %s', async (text) => {
    await write('eventstore.config.json', text)
    await expect(read()).rejects.toThrow('must hold (or export) an object of settings')
  })

  test('when it is not valid JSON, without repeating it', async () => {
    await write('eventstore.config.json', '{ "url": s3cret }')
    await expect(read()).rejects.toThrow('eventstore.config.json is not valid JSON.')
  })

  test('when it is not valid TypeScript, without repeating it', async () => {
    await write('eventstore.config.ts', `export default { url: 's3cret' 's3cret' }`)
    await expect(read()).rejects.toThrow(UsageError)
    await expect(read()).rejects.toThrow(/^eventstore\.config\.ts cannot be loaded: ParseError/)
    await expect(read()).rejects.not.toThrow(/s3cret/)
  })

  test('when it throws', async () => {
    await write('eventstore.config.ts', `throw new Error('no such\\nsecret store')`)
    await expect(read()).rejects.toThrow('eventstore.config.ts cannot be loaded: no such secret store.')
  })
})

async function write(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text)
}

async function read(path?: string) {
  return (await readConfigFile(folder, path))?.values
}
