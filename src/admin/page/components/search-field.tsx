import { useEffect, useRef, useState } from 'preact/hooks'

export interface SearchFieldProps {
  readonly label: string
  readonly value: string
  readonly onSearch: (text: string) => void
  /** Whether `/` leads here. */
  readonly main?: boolean
  readonly placeholder?: string
  readonly class?: string
}

const QUIET = 250

/** A field that searches once nobody has typed for a moment, or at once on Enter. */
export function SearchField({ label, value, onSearch, main, placeholder, class: own = '' }: SearchFieldProps) {
  const [text, setText] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // Meanwhile the address may change: what is searched for then is added to what it says by that time.
  const latest = useRef(onSearch)
  latest.current = onSearch
  // What is in the address counts; but what was searched for here comes back from there while somebody may be typing on.
  const searched = useRef(value)
  useEffect(() => {
    if (value === searched.current) return
    searched.current = value
    clearTimeout(timer.current)
    setText(value)
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])

  const search = (wanted: string, delay: number) => {
    clearTimeout(timer.current)
    setText(wanted)
    timer.current = setTimeout(() => {
      searched.current = wanted
      latest.current(wanted)
    }, delay)
  }
  return (
    <label class={`field ${own}`}>
      <span>{label}</span>
      <input
        type="search"
        value={text}
        placeholder={placeholder}
        data-search={main || undefined}
        autoComplete="off"
        spellcheck={false}
        onInput={(event) => search(event.currentTarget.value, QUIET)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') search(event.currentTarget.value, 0)
          if (event.key === 'Escape' && event.currentTarget.value === '') event.currentTarget.blur()
        }}
      />
    </label>
  )
}
