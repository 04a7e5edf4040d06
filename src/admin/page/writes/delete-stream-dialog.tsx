import { useState } from 'preact/hooks'
import type { DeleteStreamRequest, StreamInfo } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { Dialog } from '../components/dialog.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { Loaded } from '../components/states.tsx'
import { formatCount } from '../format.ts'
import { STREAMS } from '../router.ts'
import { useResource } from '../state/use-resource.ts'
import { navigateFrom } from '../state/use-route.ts'
import { confirmationOf } from './confirmation.ts'
import { useWrite } from './use-write.ts'
import { WriteForm } from './write-form.tsx'

export interface DeleteStreamButtonProps {
  readonly name: string
  readonly onDone: () => void
}

export function DeleteStreamButton({ name, onDone }: DeleteStreamButtonProps) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" class="danger" onClick={() => setOpen(true)}>
        Delete…
      </button>
      {open && (
        <Dialog title="Delete a stream" onClose={() => setOpen(false)}>
          <DeleteForm name={name} onDone={onDone} onClose={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  )
}

function DeleteForm({ name, onDone, onClose }: DeleteStreamButtonProps & { readonly onClose: () => void }) {
  // Asked now, as the stream may have grown since the page was opened.
  const resource = useResource<StreamInfo>(apiUrl('stream', { name }))
  const [mode, setMode] = useState<'soft' | 'hard'>('soft')
  const write = useWrite()
  const submit = async (expectedVersion: number) => {
    const request: DeleteStreamRequest = { name, mode, expectedVersion }
    const begun = location.hash
    const answer = await write.send('streams/delete', JSON.stringify(request))
    if (answer === undefined) return
    onClose()
    if (mode === 'hard') navigateFrom(begun, STREAMS)
    else onDone()
  }
  return (
    <Loaded resource={resource} what="the stream">
      {({ version }) => (
        <WriteForm
          verb={mode === 'hard' ? 'Destroy its events' : 'Delete'}
          write={write}
          confirmation={confirmationOf(name)}
          onSubmit={() => submit(version)}
          onCancel={onClose}
        >
          <p>
            <SafeText text={name} class="code" /> has version {formatCount(version)}. It is deleted only if nothing is
            appended to it meanwhile.
          </p>
          <fieldset>
            <legend>How</legend>
            <Choice mode="soft" chosen={mode} onChoose={setMode} label="Soft">
              The stream is hidden. Its events stay in $all; nobody can append to it any more.
            </Choice>
            <Choice mode="hard" chosen={mode} onChoose={setMode} label="Hard">
              Its events are destroyed, everywhere and for good, and with them the links to them. The subscriptions to
              it begin anew.
            </Choice>
          </fieldset>
        </WriteForm>
      )}
    </Loaded>
  )
}

interface ChoiceProps {
  readonly mode: 'soft' | 'hard'
  readonly chosen: 'soft' | 'hard'
  readonly label: string
  readonly onChoose: (mode: 'soft' | 'hard') => void
  readonly children: string
}

function Choice({ mode, chosen, label, onChoose, children }: ChoiceProps) {
  return (
    <label class="choice">
      <input type="radio" name="mode" checked={mode === chosen} onChange={() => onChoose(mode)} />
      <span>
        <strong>{label}.</strong> {children}
      </span>
    </label>
  )
}
