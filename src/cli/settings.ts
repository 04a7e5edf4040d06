import { checkSchemaSettings, DEFAULT_PAYLOAD, DEFAULT_SCHEMA, type SchemaSettings } from '../migrations/schema.ts'
import { UsageError } from './failure.ts'
import { checkUrl } from './server-address.ts'

export const SETTINGS = ['url', 'embedded', 'schema', 'payload'] as const
type Setting = (typeof SETTINGS)[number]
export type SettingValues = { readonly [Name in Setting]?: string | undefined }

/** One place that settings come from, and what it calls them. */
export interface SettingsSource {
  readonly values: SettingValues
  readonly nameOf: (setting: Setting) => string
}

/** Where the server is: an address, or a folder to run one from. */
type Server = { readonly url: string } | { readonly embedded: string }

export interface Settings extends SchemaSettings {
  readonly server: Server
}

const VARIABLES = {
  url: 'DATABASE_URL',
  embedded: 'EVENTSTORE_EMBEDDED',
  schema: 'EVENTSTORE_SCHEMA',
  payload: 'EVENTSTORE_PAYLOAD',
} as const satisfies Record<Setting, string>

export function fromFlags(values: SettingValues): SettingsSource {
  return { values, nameOf: (setting) => `--${setting}` }
}

/** An empty variable counts as none: that is how many shells and containers unset one. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>): SettingsSource {
  const entries = SETTINGS.map((setting) => [setting, env[VARIABLES[setting]] || undefined])
  return { values: Object.fromEntries(entries), nameOf: (setting) => VARIABLES[setting] }
}

/** Takes each setting from the first source that has it. Throws UsageError for what cannot be used; never repeats a URL. */
export function resolveSettings(sources: readonly SettingsSource[]): Settings {
  const schema = resolveOne(sources, 'schema', (value) => checkSchemaSettings({ schema: value }).schema)
  const payload = resolveOne(sources, 'payload', (value) => checkSchemaSettings({ payload: value }).payload)
  return { server: resolveServer(sources), schema: schema ?? DEFAULT_SCHEMA, payload: payload ?? DEFAULT_PAYLOAD }
}

/** The first source that names a server decides: a flag overrides the environment whichever way they name it. */
function resolveServer(sources: readonly SettingsSource[]): Server {
  for (const source of sources) {
    const { url, embedded } = source.values
    if (url !== undefined && embedded !== undefined) {
      const [first, second] = [source.nameOf('url'), source.nameOf('embedded')]
      throw new UsageError(`${first} and ${second} name a server each: leave one of them out.`)
    }
    if (url !== undefined) return { url: checkedUrl(url, source.nameOf('url')) }
    if (embedded !== undefined) return { embedded: checked(source.nameOf('embedded'), () => checkFolder(embedded)) }
  }
  throw new UsageError(
    'Which database? Give its URL (postgres://user:password@host:5432/database) with --url, in the environment as ' +
      'DATABASE_URL, or as `url` in eventstore.config.ts, .js or .json. Or name a folder to run a server from: --embedded.',
  )
}

function resolveOne<Value>(
  sources: readonly SettingsSource[],
  setting: Setting,
  check: (value: string) => Value,
): Value | undefined {
  for (const source of sources) {
    const value = source.values[setting]
    if (value !== undefined) return checked(source.nameOf(setting), () => check(value))
  }
  return undefined
}

/** A URL that can be used. Throws UsageError, which calls it by this name and does not repeat it. */
export function checkedUrl(url: string, name: string): string {
  return checked(name, () => checkUrl(url))
}

function checked<Value>(name: string, check: () => Value): Value {
  try {
    return check()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`${name} cannot be used: ${reason}.`, { cause })
  }
}

function checkFolder(folder: string): string {
  if (folder === '') throw new RangeError('expected the name of a folder, found none')
  return folder
}
