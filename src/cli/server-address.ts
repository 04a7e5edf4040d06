import { parseConnectionString, splitDatabase } from '../postgres/connection-options.ts'

const URL_PARTS = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?(?<hosts>[^/?#]*)(?<rest>.*)$/s
const HOST_PARTS = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>\d+))?$/

/**
 * A URL from which the server and the database can be told without its password. Throws TypeError for any other: in
 * `postgres://user:12/34@host/database` half of the password would pass for a port, and the other half for a database.
 */
export function checkUrl(url: string): string {
  parseConnectionString(url)
  if (partsOf(url).rest.includes('@')) {
    throw new TypeError('there is an @ after the host; write %40, and %2F, %3F or %23 for a /, ? or # in a password')
  }
  if (databaseOf(url) === '') throw new TypeError('it names no database, as in postgres://host:5432/database')
  // Both are printed on a terminal.
  if (/\p{Cc}/u.test(`${serverOf(url)}${databaseOf(url)}`)) throw new TypeError('it contains control characters')
  return url
}

/** The database that a URL (or the environment) names. */
export function databaseOf(url: string): string {
  return splitDatabase(url).name
}

/** Host and port of a URL's server, or of each when there are several. */
export function serverOf(url: string): string {
  const { hosts, parameters } = partsOf(url)
  return hosts
    .split(',')
    .map((text) => {
      const { host, port } = HOST_PARTS.exec(text)?.groups ?? {}
      const name = parameters.get('host') || decodeURIComponent(host ?? '') || process.env.PGHOST || 'localhost'
      return `${name}:${parameters.get('port') || port || process.env.PGPORT || 5432}`
    })
    .join(',')
}

function partsOf(url: string): { readonly hosts: string; readonly rest: string; readonly parameters: URLSearchParams } {
  const { hosts = '', rest = '' } = URL_PARTS.exec(url)?.groups ?? {}
  return { hosts, rest, parameters: new URLSearchParams(rest.split('#')[0]?.split('?')[1]) }
}
