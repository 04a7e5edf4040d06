import { type Connection, useWatch } from '../state/watch.tsx'
import { SafeText } from './safe-text.tsx'

/** What is wrong with the connection, and what to do; nothing while it is well. */
export function ConnectionBanner() {
  const { connection } = useWatch()
  return (
    <div role="alert" aria-live="assertive">
      {connection.state !== 'open' && connection.state !== 'connecting' && (
        <p class="banner">
          <Words connection={connection} />
        </p>
      )}
    </div>
  )
}

function Words({ connection }: { readonly connection: Connection }) {
  if (connection.state === 'refused')
    return (
      <>
        This page is not let in any more: the server was started anew, or the cookie is gone. Open the URL that{' '}
        <code>eventstore admin</code> has printed.
      </>
    )
  if (connection.state === 'database')
    return (
      <>
        The database is away; the page goes on by itself when it is back.{' '}
        <SafeText text={connection.message} limit={400} />
      </>
    )
  return (
    <>
      The server of this page does not answer. The page goes on by itself when it is back; when{' '}
      <code>eventstore admin</code> was started anew, open the URL that it has printed.
    </>
  )
}
