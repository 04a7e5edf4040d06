import { useState } from 'preact/hooks'
import type { AppendAnswer } from '../../api.ts'
import { Dialog } from '../components/dialog.tsx'
import { formatCount } from '../format.ts'
import { streamHash } from '../router.ts'
import { type EventDraft, requestOf } from './new-event.ts'
import { useWrite } from './use-write.ts'
import { WriteForm } from './write-form.tsx'

export interface AppendButtonProps {
  /** Undefined where the stream is to be named. */
  readonly stream?: string
  readonly onDone?: () => void
}

export function AppendButton({ stream, onDone }: AppendButtonProps) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Append…
      </button>
      {open && (
        <Dialog title="Append an event" onClose={() => setOpen(false)}>
          <AppendForm stream={stream} onDone={onDone} onClose={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  )
}

interface AppendFormProps {
  readonly stream: string | undefined
  readonly onDone: (() => void) | undefined
  readonly onClose: () => void
}

function AppendForm({ stream, onDone, onClose }: AppendFormProps) {
  // The id is made once: sent twice, the event is stored once.
  const [draft, setDraft] = useState<EventDraft>(() => ({
    stream: stream ?? '',
    expectedVersion: stream === undefined ? 'no-stream' : 'any',
    id: crypto.randomUUID(),
    type: '',
    data: '{\n  \n}',
    metadata: '',
    causationId: '',
    correlationId: '',
  }))
  const [problem, setProblem] = useState<string>()
  const [answer, setAnswer] = useState<AppendAnswer>()
  const write = useWrite()
  const set = (part: Partial<EventDraft>) => {
    setProblem(undefined)
    setDraft({ ...draft, ...part })
  }
  const submit = async () => {
    const request = requestOf(draft)
    if ('problem' in request) return setProblem(request.problem)
    const stored = await write.send<AppendAnswer>('streams/append', request.body)
    if (!stored) return
    setAnswer(stored)
    onDone?.()
  }

  if (answer)
    return (
      <>
        <p role="status">
          Appended as version {formatCount(answer.streamVersion)}, at position {formatCount(answer.position)} of $all.
        </p>
        <div class="dialog-actions">
          {stream === undefined && (
            <a class="button" href={streamHash(draft.stream)}>
              Show the stream
            </a>
          )}
          <button type="button" class="primary" ref={takeFocus} onClick={onClose}>
            Close
          </button>
        </div>
      </>
    )
  return (
    <WriteForm verb="Append" write={write} onSubmit={submit} onCancel={onClose}>
      <p>The event is stored for good: events are not changed or removed one by one.</p>
      {stream === undefined && <Text label="Stream" value={draft.stream} onInput={(text) => set({ stream: text })} />}
      <div class="fields">
        <Text label="Type" value={draft.type} onInput={(type) => set({ type })} />
        <Text
          label="Expected version"
          value={draft.expectedVersion}
          suggestions={['any', 'no-stream', 'stream-exists']}
          onInput={(expectedVersion) => set({ expectedVersion })}
        />
      </div>
      <Area label="Data, as JSON" rows={8} value={draft.data} onInput={(data) => set({ data })} />
      <details>
        <summary>Metadata and ids</summary>
        <Area
          label="Metadata, a JSON object"
          rows={3}
          value={draft.metadata}
          onInput={(metadata) => set({ metadata })}
        />
        <Text label="Causation id" value={draft.causationId} onInput={(causationId) => set({ causationId })} />
        <Text label="Correlation id" value={draft.correlationId} onInput={(correlationId) => set({ correlationId })} />
      </details>
      {problem !== undefined && (
        <p class="note danger" role="alert">
          {problem}
        </p>
      )}
    </WriteForm>
  )
}

/** What had it is gone. */
function takeFocus(element: HTMLElement | null): void {
  element?.focus()
}

interface TextProps {
  readonly label: string
  readonly value: string
  readonly suggestions?: readonly string[]
  readonly onInput: (text: string) => void
}

function Text({ label, value, suggestions, onInput }: TextProps) {
  const list = suggestions && `suggestions-${label.replaceAll(' ', '-')}`
  return (
    <label class="field">
      <span>{label}</span>
      <input
        value={value}
        list={list}
        autoComplete="off"
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {suggestions && (
        <datalist id={list}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
    </label>
  )
}

function Area({ label, value, rows, onInput }: TextProps & { readonly rows: number }) {
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        class="code"
        rows={rows}
        value={value}
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  )
}
