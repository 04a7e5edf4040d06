import { useCallback, useEffect, useState } from 'preact/hooks'

/** `auto` is what the system says. */
export type Theme = 'auto' | 'light' | 'dark'

const THEMES: readonly Theme[] = ['auto', 'light', 'dark']
const KEY = 'eventstore-theme'

/** The theme that was chosen, and a way to the next one. It is remembered. */
export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState(storedTheme)
  useEffect(() => {
    document.documentElement.dataset.theme = theme
    store(theme)
  }, [theme])
  const next = useCallback(() => setTheme((now) => THEMES[(THEMES.indexOf(now) + 1) % THEMES.length] as Theme), [])
  return [theme, next]
}

/** Tells when the colours change, by choice or by the system. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  const media = matchMedia('(prefers-color-scheme: dark)')
  media.addEventListener('change', changed)
  return () => {
    observer.disconnect()
    media.removeEventListener('change', changed)
  }
}

/** A browser may forbid storage: then the choice lasts until the page is left. */
function storedTheme(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto'
  } catch {
    return 'auto'
  }
}

function store(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {}
}
