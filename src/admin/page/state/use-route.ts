import { useEffect, useState } from 'preact/hooks'
import { hashOf, parseHash, type Route } from '../router.ts'

/** The route of the address, as it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseHash(location.hash))
  useEffect(() => {
    const follow = () => setRoute(parseHash(location.hash))
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return route
}

/** Goes on from the address where something slow was begun. Who went elsewhere meanwhile stays there. */
export function navigateFrom(begun: string, route: Route): void {
  if (location.hash === begun) navigate(route)
}

/** Goes to a route. `replace` leaves no trace in the history: for what changes while somebody types. */
export function navigate(route: Route, how: 'push' | 'replace' = 'push'): void {
  const hash = hashOf(route)
  if (how === 'push') location.hash = hash
  else if (hash !== location.hash) location.replace(hash)
}
