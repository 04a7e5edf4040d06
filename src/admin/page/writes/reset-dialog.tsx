import { useState } from 'preact/hooks'
import type { ResetSubscriptionRequest, SubscriptionRow } from '../../api.ts'
import { Dialog } from '../components/dialog.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { formatCount, formatNumberOf } from '../format.ts'
import { confirmationOf } from './confirmation.ts'
import { useWrite } from './use-write.ts'
import { WriteForm } from './write-form.tsx'

export interface ResetButtonProps {
  readonly subscription: SubscriptionRow
  readonly onDone: () => void
}

export function ResetButton({ subscription, onDone }: ResetButtonProps) {
  // As it was when the dialog was opened: the words must not change while they are read.
  const [shown, setShown] = useState<SubscriptionRow>()
  return (
    <>
      <button type="button" onClick={() => setShown(subscription)}>
        Reset…
      </button>
      {shown && (
        <Dialog title="Reset a subscription" onClose={() => setShown(undefined)}>
          <ResetForm subscription={shown} onDone={onDone} onClose={() => setShown(undefined)} />
        </Dialog>
      )}
    </>
  )
}

function ResetForm({ subscription, onDone, onClose }: ResetButtonProps & { readonly onClose: () => void }) {
  const { stream, name, checkpoint, head } = subscription
  const [text, setText] = useState('0')
  const write = useWrite()
  const to = /^\d{1,16}$/.test(text) ? Number(text) : undefined
  const valid = to !== undefined && to <= head
  const submit = async () => {
    if (to === undefined) return
    const request: ResetSubscriptionRequest = { stream, name, to }
    const answer = await write.send('subscriptions/reset', JSON.stringify(request))
    if (answer === undefined) return
    onDone()
    onClose()
  }
  return (
    <WriteForm
      verb="Reset"
      write={write}
      disabled={!valid}
      confirmation={valid && to > checkpoint ? confirmationOf(name) : undefined}
      onSubmit={submit}
      onCancel={onClose}
    >
      <p>
        <SafeText text={name} class="code" /> stands at {formatCount(checkpoint)} of {formatCount(head)}. Whoever holds
        it loses it, and goes on from the new checkpoint with whoever comes next.
      </p>
      <label class="field">
        <span>Go on after event number (0 is the beginning)</span>
        <input
          inputMode="numeric"
          value={text}
          autoComplete="off"
          aria-invalid={!valid}
          onInput={(event) => setText(event.currentTarget.value.trim())}
        />
      </label>
      <p role="status">
        {valid ? consequence(to, checkpoint) : `A whole number from 0 to ${formatCount(head)} is needed.`}
      </p>
    </WriteForm>
  )
}

function consequence(to: number, checkpoint: number): string {
  if (to === checkpoint) return 'The checkpoint stays; what is in flight is delivered again.'
  if (to < checkpoint)
    return `Up to ${formatNumberOf(checkpoint - to, 'event')} that were handled before will be delivered again.`
  return `Up to ${formatNumberOf(to - checkpoint, 'event')} will be skipped: the subscription never gets them.`
}
