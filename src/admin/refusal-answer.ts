import type { Verdict } from './guard.ts'
import { failureBody } from './refusal.ts'

type Refused = Extract<Verdict, { readonly verdict: 'refuse' }>

/** How a request that the guard refuses is answered: programs get JSON, a person who opens the page without a token gets a page. */
export function refusalAnswer(
  { status, code, message }: Refused,
  target: string,
): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const headers = { ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }), ...(status === 405 && ALLOWED) }
  if (status !== 401 || !/^\/(?:\?|$)/.test(target)) {
    const body = JSON.stringify(failureBody({ code, message }))
    return { status, headers: { ...headers, 'Content-Type': 'application/json' }, body }
  }
  return { status, headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' }, body: LOCKED }
}

const ALLOWED = { Allow: 'GET, HEAD, POST' }

/**
 * A browser that followed a link from another site does not show the cookie that it was just given: the link here leads on. Who has
 * none comes back.
 */
const LOCKED = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Event store: not let in</title>
<h1>Not let in</h1>
<p>Open the URL that <code>eventstore admin</code> printed when it started: it ends with <code>?token=…</code>.
A token is good for as long as that command runs.</p>
<p>Have you just opened it? Then <a href="/">go on</a>.</p>
</html>
`
