import { useEffect } from 'preact/hooks'
import { ALL, type Route, SNAPSHOTS, STREAMS, SUBSCRIPTIONS } from '../router.ts'
import { navigate } from './use-route.ts'

const VIEWS: Readonly<Record<string, Route>> = {
  1: STREAMS,
  2: ALL,
  3: SUBSCRIPTIONS,
  4: { view: 'rates' },
  5: SNAPSHOTS,
}

export interface Shortcuts {
  help(): void
  theme(): void
}

/** The keys that work everywhere but where somebody writes, or a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event.target)) return
      const view = VIEWS[event.key]
      if (event.key === 'j' || event.key === 'k') moveRow(event.key === 'j' ? 1 : -1)
      else if (event.key === '/') find('[data-search]')?.focus()
      else if (event.key === 'p') find('[data-pause]')?.click()
      else if (event.key === '[') find('[data-previous]')?.click()
      else if (event.key === ']') find('[data-next]')?.click()
      else if (event.key === '?') shortcuts.help()
      else if (event.key === 't') shortcuts.theme()
      else if (view) navigate(view)
      else return
      event.preventDefault()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [shortcuts])
}

/** The focus goes from row to row; a row's link opens it with Enter, as everywhere. */
function moveRow(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')]
  // The focus may be on another link of the row.
  const here = document.activeElement?.closest('tr')?.querySelector<HTMLElement>('[data-row]')
  const at = here ? rows.indexOf(here) : -1
  const next = at < 0 ? rows[0] : rows[Math.min(Math.max(at + step, 0), rows.length - 1)]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

function find(selector: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`main ${selector}:not(:disabled)`)
}

function isElsewhere(target: EventTarget | null): boolean {
  return (
    document.querySelector('dialog[open]') !== null ||
    (target instanceof HTMLElement && target.matches('input, textarea, select'))
  )
}
