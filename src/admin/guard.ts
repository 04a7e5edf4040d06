import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a request says of itself, as far as it decides about it. */
export interface Asked {
  readonly method: string
  /** The path with its query, as it was sent. */
  readonly target: string
  readonly host?: string | undefined
  readonly origin?: string | undefined
  readonly fetchSite?: string | undefined
  readonly cookie?: string | undefined
  readonly authorization?: string | undefined
  readonly contentType?: string | undefined
}

/** What the server was started with. */
export interface GuardRules {
  readonly port: number
  readonly token: string
  readonly allowWrites: boolean
}

/** Whether a request may pass, comes with the token to be let in, or why it is refused. */
export type Verdict =
  | { readonly verdict: 'pass' }
  | { readonly verdict: 'enter' }
  | { readonly verdict: 'refuse'; readonly status: number; readonly code: string; readonly message: string }

const BYTES_OF_TOKEN = 32

/** A token that nobody guesses. */
export function createToken(): string {
  return randomBytes(BYTES_OF_TOKEN).toString('base64url')
}

/** The cookie that a browser shows. Cookies belong to a host with all of its ports: the name tells them apart. */
export function cookieName(port: number): string {
  return `eventstore_${port}`
}

/**
 * Decides about a request by its headers alone. A page elsewhere can make a browser send requests here, but neither with this Host
 * (if it brings a name of its own to this address) nor without its own Origin.
 */
export function judge(asked: Asked, rules: GuardRules): Verdict {
  // Browsers leave the port of http out.
  const own = ['127.0.0.1', 'localhost'].map((name) => (rules.port === 80 ? name : `${name}:${rules.port}`))
  if (asked.host === undefined || !own.includes(asked.host)) {
    return refuse(403, 'FOREIGN_HOST', `The Host must be ${own.join(' or ')}: open the URL that the command printed.`)
  }
  if (isForeign(asked, own)) {
    return refuse(403, 'FOREIGN_ORIGIN', 'Other sites may not ask this server for anything.')
  }
  if (!asked.target.startsWith('/') || asked.target.startsWith('//')) {
    return refuse(400, 'BAD_REQUEST', 'The request must name a path that begins with one slash.')
  }
  const given = tokenOfUrl(asked)
  if (given !== undefined) return sameSecret(given, rules.token) ? { verdict: 'enter' } : unauthorized()
  if (!isKnown(asked, rules)) return unauthorized()
  if (asked.method === 'GET' || asked.method === 'HEAD') return { verdict: 'pass' }
  if (asked.method !== 'POST') {
    return refuse(405, 'METHOD_NOT_ALLOWED', `The method must be GET, HEAD or POST, found ${asked.method}.`)
  }
  return judgeWrite(asked, rules)
}

/**
 * Whether another site asks. Some requests of a page have no Origin, as those for a picture, and a server at another port of this
 * machine is the same site to a browser, which shows it the cookie: but it says from where it asks.
 */
function isForeign({ origin, fetchSite, target }: Asked, own: readonly string[]): boolean {
  if (origin !== undefined) return !own.some((host) => origin === `http://${host}`)
  return target.startsWith('/api/') && (fetchSite === 'same-site' || fetchSite === 'cross-site')
}

function judgeWrite({ origin, fetchSite, contentType }: Asked, { allowWrites }: GuardRules): Verdict {
  if (!allowWrites) {
    return refuse(403, 'READ_ONLY', 'Nothing can be changed here: start the server with --allow-writes for that.')
  }
  if (fetchSite === undefined ? origin === undefined : fetchSite !== 'same-origin') {
    return refuse(403, 'FOREIGN_ORIGIN', 'A change needs the Origin of this server, or Sec-Fetch-Site: same-origin.')
  }
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    return refuse(415, 'UNSUPPORTED_MEDIA_TYPE', 'A change must be sent as Content-Type: application/json.')
  }
  return { verdict: 'pass' }
}

/** The token of a URL that lets in; undefined for any other request. */
function tokenOfUrl({ method, target }: Asked): string | undefined {
  if (method !== 'GET' || !target.startsWith('/?')) return undefined
  return new URLSearchParams(target.slice(2)).get('token') ?? undefined
}

function isKnown({ cookie = '', authorization = '' }: Asked, { port, token }: GuardRules): boolean {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  const start = `${cookieName(port)}=`
  const cookies = cookie.split(/; */).flatMap((each) => (each.startsWith(start) ? [each.slice(start.length)] : []))
  return [...cookies, bearer ?? ''].some((given) => sameSecret(given, token))
}

/** Takes the same time whatever is given. */
function sameSecret(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function unauthorized(): Verdict {
  return refuse(401, 'UNAUTHORIZED', 'Open the URL that `eventstore admin` printed when it started: it has the token.')
}

function refuse(status: number, code: string, message: string): Verdict {
  return { verdict: 'refuse', status, code, message }
}
