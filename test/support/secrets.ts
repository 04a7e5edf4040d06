import { inspect } from 'node:util'

/** Occurs in every secret of the tests, and nowhere else. */
const TOKEN = 'k4n4ry'

/** With what a URL has to encode, so that halves of it show, too, when it is taken apart wrongly. */
export const PASSWORD = `${TOKEN}@${TOKEN}/${TOKEN}#${TOKEN}?${TOKEN}:${TOKEN}%${TOKEN}`

/** Data and metadata that nobody may be told of. */
export const DATA = { card: `${TOKEN}-4111`, nested: [{ [`${TOKEN} key`]: `${TOKEN} value` }] }

/** The URL with this secret as its password, encoded as it should be. */
export function withPassword(connectionString: string, user = 'ann'): string {
  const url = new URL(connectionString)
  url.username = user
  url.password = encodeURIComponent(PASSWORD)
  return url.href
}

/** The secret in the ways in which a value may be shown. */
const FORMS = [TOKEN, Buffer.from(TOKEN).toString('hex'), Buffer.from(TOKEN).toString('base64').slice(0, 7)]

/** Where something shows a secret; empty when it shows none. */
export function secretsIn(value: unknown): readonly string[] {
  const text = rendered(value, new Set()).join('\n')
  return FORMS.filter((form) => text.toLowerCase().includes(form.toLowerCase())).map((form) => {
    const place = text.toLowerCase().indexOf(form.toLowerCase())
    return text.slice(Math.max(0, place - 200), place + 100)
  })
}

/** Everything that printing a value, logging it as JSON or walking its causes can bring to light. */
function rendered(value: unknown, seen: Set<unknown>): readonly string[] {
  if (typeof value !== 'object' || value === null) return [String(value)]
  if (seen.has(value)) return []
  seen.add(value)
  const own = value instanceof Error ? Object.getOwnPropertyNames(value) : Object.keys(value)
  return [
    inspect(value, { depth: Number.POSITIVE_INFINITY, maxStringLength: null, maxArrayLength: null }),
    asJson(value),
    ...(value instanceof Error ? [value.name, value.message, value.stack ?? '', String(value)] : []),
    ...own.flatMap((key) => [key, ...rendered(Reflect.get(value, key), seen)]),
  ]
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return '' // it contains itself
  }
}
