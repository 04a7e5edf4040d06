import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { SafeText } from '../components/safe-text.tsx'
import type { Write } from './use-write.ts'

export interface WriteFormProps {
  /** What the button says. */
  readonly verb: string
  readonly write: Write
  readonly onSubmit: () => void
  readonly onCancel: () => void
  /** What has to be typed first, for what destroys. */
  readonly confirmation?: string | undefined
  readonly disabled?: boolean
  readonly children: ComponentChildren
}

/** The form of a dialog that changes something: what will happen, perhaps a word to type, and why it failed. */
export function WriteForm(props: WriteFormProps) {
  const { verb, write, onSubmit, onCancel, confirmation, disabled = false, children } = props
  const [typed, setTyped] = useState('')
  const confirmed = confirmation === undefined || typed === confirmation
  const form = useRef<HTMLFormElement>(null)
  // The dialog may be open for a while before its form is there.
  useEffect(() => form.current?.querySelector<HTMLElement>('input:not([type=radio]), textarea')?.focus(), [])
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault()
        if (confirmed && !disabled && !write.busy) onSubmit()
      }}
    >
      {children}
      {confirmation !== undefined && (
        <label class="field">
          <span>
            Type <SafeText text={confirmation} class="code" /> to confirm
          </span>
          <input
            value={typed}
            autoComplete="off"
            spellcheck={false}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      )}
      {write.error && (
        <p class="note danger" role="alert">
          <SafeText text={write.error.message} limit={1_000} /> <code>{write.error.code}</code>
        </p>
      )}
      <div class="dialog-actions">
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        <button
          type="submit"
          class={confirmation === undefined ? 'primary' : 'primary danger'}
          disabled={!confirmed || disabled || write.busy}
        >
          {write.busy ? 'Working…' : verb}
        </button>
      </div>
    </form>
  )
}
