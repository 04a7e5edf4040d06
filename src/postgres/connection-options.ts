import pg from 'pg'

/** Which of several hosts will do. Source: https://www.postgresql.org/docs/current/libpq-connect.html */
const SESSION_ATTRIBUTES = ['any', 'read-write', 'read-only', 'primary', 'standby'] as const
export type SessionAttributes = (typeof SESSION_ATTRIBUTES)[number]

export interface ConnectionOptions {
  /** What to connect with, one entry a host. */
  readonly hosts: readonly pg.ClientConfig[]
  readonly sessionAttributes: SessionAttributes
}

const URL_PARTS = /^(?<scheme>postgres(?:ql)?:\/\/)(?<user>[^/?#]*@)?(?<hosts>[^/?#@]*)(?<rest>.*)$/s

/**
 * Reads a `postgres://` URL, of several hosts perhaps (`postgres://user@a:5432,b:5432/db?target_session_attrs=read-write`);
 * without one, the `PG*` environment variables apply. Throws TypeError for what is no such URL, and never repeats its text:
 * there may be a password in it.
 */
export function parseConnectionString(connectionString: string | undefined): ConnectionOptions {
  if (connectionString === undefined) return { hosts: [{}], sessionAttributes: 'any' }
  const groups = typeof connectionString === 'string' ? URL_PARTS.exec(connectionString)?.groups : undefined
  if (!groups) throw new TypeError('connectionString must be a URL like postgres://user:password@host:5432/database')
  const { scheme, user = '', hosts = '', rest = '' } = groups
  const [misplaced] = /[@#]/.exec(rest) ?? []
  if (misplaced) {
    // Half of a password would pass for a host, and be told of.
    throw new TypeError(
      `connectionString cannot be used: there is a ${misplaced} after the host. Encode special characters of a password, as in ` +
        '%40 for @ and %23 for #.',
    )
  }
  const parameters = new URLSearchParams(rest.split('?')[1])
  return {
    hosts: hosts.split(',').map((host) => checkedConfig(verifyingTls(`${scheme}${user}${host}${rest}`))),
    sessionAttributes: checkSessionAttributes(parameters.get('target_session_attrs') ?? 'any'),
  }
}

/** Today's driver verifies certificates in all of these modes, and warns that it will not for ever: say what is meant. */
function verifyingTls(url: string): string {
  if (/[?&]uselibpqcompat=true/.test(url)) return url
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full')
}

function checkedConfig(connectionString: string): pg.ClientConfig {
  try {
    new pg.Client({ connectionString })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(connectionString, '…') : ''
    throw new TypeError(
      `connectionString cannot be used: ${reason}. Encode special characters of a password, as in %23 for #.`,
    )
  }
  return { connectionString }
}

function checkSessionAttributes(text: string): SessionAttributes {
  const found = SESSION_ATTRIBUTES.find((attributes) => attributes === text)
  if (found) return found
  throw new TypeError(
    `target_session_attrs must be one of ${SESSION_ATTRIBUTES.join(', ')}, found ${JSON.stringify(text)}`,
  )
}

/** The database that a URL (or the environment) names, and the same URL for another database of that server. */
export function splitDatabase(connectionString: string): {
  readonly name: string
  readonly urlOf: (name: string) => string
} {
  const [host] = parseConnectionString(connectionString).hosts
  const { database } = new pg.Client(host)
  const { scheme, user = '', hosts, rest = '' } = URL_PARTS.exec(connectionString)?.groups ?? {}
  const query = rest.includes('?') ? rest.slice(rest.indexOf('?')) : ''
  return {
    name: database ?? '',
    urlOf: (name) => `${scheme}${user}${hosts}/${encodeURIComponent(name)}${query}`,
  }
}
