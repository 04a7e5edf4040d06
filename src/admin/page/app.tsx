import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { ConnectionBanner } from './components/connection-banner.tsx'
import { Header } from './components/header.tsx'
import { HelpDialog } from './components/help-dialog.tsx'
import type { Route } from './router.ts'
import { useShortcuts } from './state/keyboard.ts'
import { usePlaces } from './state/places.ts'
import { useTheme } from './state/theme.ts'
import { useRoute } from './state/use-route.ts'
import { WatchProvider } from './state/watch.tsx'
import { AllEventsView } from './views/all-events.tsx'
import { EventView } from './views/event.tsx'
import { NotFoundView } from './views/not-found.tsx'
import { RatesView } from './views/rates.tsx'
import { SnapshotView } from './views/snapshot.tsx'
import { SnapshotsView } from './views/snapshots.tsx'
import { StreamView } from './views/stream.tsx'
import { StreamsView } from './views/streams.tsx'
import { SubscriptionView } from './views/subscription.tsx'
import { SubscriptionsView } from './views/subscriptions.tsx'
import { visibleText } from './visible-text.ts'

export function App() {
  const route = useRoute()
  const [theme, nextTheme] = useTheme()
  const [help, setHelp] = useState(false)
  const main = useRef<HTMLElement>(null)
  usePlaces(route, main)
  useShortcuts(useMemo(() => ({ help: () => setHelp(true), theme: nextTheme }), [nextTheme]))

  useEffect(() => {
    document.title = `${titleOf(route)} · pg-event-store`
  }, [route])

  return (
    <WatchProvider>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <Header route={route} theme={theme} onTheme={nextTheme} onHelp={() => setHelp(true)} />
      <ConnectionBanner />
      <main id="main" tabIndex={-1} ref={main}>
        <View route={route} />
      </main>
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </WatchProvider>
  )
}

function View({ route }: { readonly route: Route }) {
  switch (route.view) {
    case 'streams':
      return <StreamsView route={route} />
    case 'stream':
      return <StreamView key={route.name} name={route.name} from={route.from} />
    case 'all':
      return <AllEventsView route={route} />
    case 'event':
      return <EventView id={route.id} />
    case 'subscriptions':
      return <SubscriptionsView route={route} />
    case 'subscription':
      return <SubscriptionView key={`${route.stream} ${route.name}`} stream={route.stream} name={route.name} />
    case 'rates':
      return <RatesView />
    case 'snapshots':
      return <SnapshotsView route={route} />
    case 'snapshot':
      return <SnapshotView key={route.id} id={route.id} />
    case 'not-found':
      return <NotFoundView hash={route.hash} />
    default:
      throw route satisfies never
  }
}

function titleOf(route: Route): string {
  switch (route.view) {
    case 'stream':
      return visibleText(route.name, 60)
    case 'event':
      return `Event ${visibleText(route.id, 60)}`
    case 'subscription':
      return visibleText(route.name, 60)
    case 'snapshot':
      return `Snapshot ${visibleText(route.id, 60)}`
    case 'all':
      return '$all'
    case 'not-found':
      return 'Not found'
    default:
      return `${route.view.charAt(0).toUpperCase()}${route.view.slice(1)}`
  }
}
