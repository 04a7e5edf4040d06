import { useState } from 'preact/hooks'
import type { DeleteSubscriptionRequest } from '../../api.ts'
import { Dialog } from '../components/dialog.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { SUBSCRIPTIONS } from '../router.ts'
import { navigateFrom } from '../state/use-route.ts'
import { confirmationOf } from './confirmation.ts'
import { useWrite } from './use-write.ts'
import { WriteForm } from './write-form.tsx'

export function DeleteSubscriptionButton({ stream, name }: DeleteSubscriptionRequest) {
  const [open, setOpen] = useState(false)
  const write = useWrite()
  const close = () => setOpen(false)
  const submit = async () => {
    const request: DeleteSubscriptionRequest = { stream, name }
    const begun = location.hash
    const answer = await write.send('subscriptions/delete', JSON.stringify(request))
    if (answer === undefined) return
    close()
    navigateFrom(begun, SUBSCRIPTIONS)
  }
  return (
    <>
      <button type="button" class="danger" onClick={() => setOpen(true)}>
        Delete…
      </button>
      {open && (
        <Dialog title="Delete a subscription" onClose={close}>
          <WriteForm verb="Delete" write={write} confirmation={confirmationOf(name)} onSubmit={submit} onCancel={close}>
            <p>
              The checkpoint of <SafeText text={name} class="code" /> is forgotten, and whoever holds it is ended. When
              somebody subscribes by this name again, it begins where a new subscription begins.
            </p>
          </WriteForm>
        </Dialog>
      )}
    </>
  )
}
