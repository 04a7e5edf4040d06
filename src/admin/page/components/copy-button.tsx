import { useEffect, useState } from 'preact/hooks'

export interface CopyButtonProps {
  readonly text: () => string
  /** What is copied, for who hears the page. */
  readonly what: string
  readonly quiet?: boolean
  /** Whether Tab leads here. @default true */
  readonly reachable?: boolean
}

/** Copies a text to the clipboard, and says for a moment what became of it. */
export function CopyButton({ text, what, quiet = false, reachable = true }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>()
  useEffect(() => {
    if (!outcome) return
    const timer = setTimeout(() => setOutcome(undefined), 1_500)
    return () => clearTimeout(timer)
  }, [outcome])

  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    )
  const word = outcome === 'copied' ? 'Copied' : outcome === 'refused' ? 'Refused' : 'Copy'
  return (
    <button
      type="button"
      class={`copy ${quiet ? 'quiet' : ''} ${outcome ?? ''}`}
      aria-label={`${word} ${what}`}
      tabIndex={reachable ? 0 : -1}
      onClick={copy}
    >
      {word}
    </button>
  )
}
