import { useEffect } from 'preact/hooks'
import type { Resource } from './use-resource.ts'

/** Asks again so many milliseconds after each answer, while the page is seen. */
export function usePolling({ loading, reload }: Resource<unknown>, milliseconds: number): void {
  useEffect(() => {
    if (loading) return
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload()
    }, milliseconds)
    return () => clearInterval(timer)
  }, [loading, reload, milliseconds])
}
