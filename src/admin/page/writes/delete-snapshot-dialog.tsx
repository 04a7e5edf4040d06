import { useState } from 'preact/hooks'
import type { DeleteSnapshotRequest } from '../../api.ts'
import { Dialog } from '../components/dialog.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { SNAPSHOTS } from '../router.ts'
import { navigateFrom } from '../state/use-route.ts'
import { confirmationOf } from './confirmation.ts'
import { useWrite } from './use-write.ts'
import { WriteForm } from './write-form.tsx'

export function DeleteSnapshotButton({ id }: DeleteSnapshotRequest) {
  const [open, setOpen] = useState(false)
  const write = useWrite()
  const close = () => setOpen(false)
  const submit = async () => {
    const request: DeleteSnapshotRequest = { id }
    const begun = location.hash
    const answer = await write.send('snapshots/delete', JSON.stringify(request))
    if (answer === undefined) return
    close()
    navigateFrom(begun, SNAPSHOTS)
  }
  return (
    <>
      <button type="button" class="danger" onClick={() => setOpen(true)}>
        Delete…
      </button>
      {open && (
        <Dialog title="Delete a snapshot" onClose={close}>
          <WriteForm verb="Delete" write={write} confirmation={confirmationOf(id)} onSubmit={submit} onCancel={close}>
            <p>
              The snapshot of <SafeText text={id} class="code" /> is removed. Whoever wants its state reads all of its
              events, until another snapshot is recorded.
            </p>
          </WriteForm>
        </Dialog>
      )}
    </>
  )
}
