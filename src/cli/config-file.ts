import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { describeValue } from '../util/arguments.ts'
import { UsageError } from './failure.ts'
import { SETTINGS, type SettingsSource, type SettingValues } from './settings.ts'

/** The first of these that there is counts. */
const FILES = ['eventstore.config.ts', 'eventstore.config.js', 'eventstore.config.json']

/**
 * Reads the config file: the one at `path`, else the one in the folder; undefined when that has none. Throws UsageError for a
 * file that cannot be read or says what no config file says.
 */
export async function readConfigFile(folder: string, path: string | undefined): Promise<SettingsSource | undefined> {
  const found = path === undefined ? await findFile(folder) : resolve(folder, path)
  if (found === undefined) return undefined
  const name = path ?? basename(found)
  const values = checkValues(await load(found, name), name)
  return {
    values: values.embedded ? { ...values, embedded: resolve(dirname(found), values.embedded) } : values,
    nameOf: (setting) => `${setting} in ${name}`,
  }
}

async function findFile(folder: string): Promise<string | undefined> {
  for (const path of FILES.map((name) => resolve(folder, name))) {
    if (await exists(path)) return path
  }
  return undefined
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  )
}

async function load(path: string, name: string): Promise<unknown> {
  if (!(await exists(path))) throw new UsageError(`There is no config file ${name}.`)
  return extname(path) === '.json' ? loadJson(path, name) : loadModule(path, name)
}

async function loadJson(path: string, name: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new UsageError(`${name} cannot be read: ${cause.message}.`, { cause })
  })
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message repeats a piece of the file, which may be the password.
    throw new UsageError(`${name} is not valid JSON.`)
  }
}

async function loadModule(path: string, name: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  try {
    // Without a cache on disk: the file may hold a password.
    return await createJiti(path, { fsCache: false }).import(path, { default: true })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`${name} cannot be loaded: ${reason.replace(/\s+/g, ' ').trim()}.`, { cause })
  }
}

function checkValues(config: unknown, name: string): SettingValues {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new UsageError(`${name} must hold (or export) an object of settings, found ${describeValue(config)}.`)
  }
  for (const [key, value] of Object.entries(config)) {
    if (!SETTINGS.some((setting) => setting === key)) {
      throw new UsageError(`${name} has an unknown setting '${key}'. The settings are ${SETTINGS.join(', ')}.`)
    }
    if (value !== undefined && typeof value !== 'string') {
      throw new UsageError(`${key} in ${name} must be a string, found ${describeValue(value)}.`)
    }
  }
  return config
}
