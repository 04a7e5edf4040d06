import { changedNumber } from './changed-number.ts'

/** What the form for a new event holds. */
export interface EventDraft {
  readonly stream: string
  readonly expectedVersion: string
  readonly id: string
  readonly type: string
  readonly data: string
  readonly metadata: string
  readonly causationId: string
  readonly correlationId: string
}

export type Draft = { readonly body: string } | { readonly problem: string }

const WORDS = ['any', 'no-stream', 'stream-exists']
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/**
 * The request that a draft stands for, as JSON text, or what is wrong with the draft. Data goes as it was written; what would not be
 * stored as it was written is refused.
 */
export function requestOf(draft: EventDraft): Draft {
  if (draft.stream === '') return { problem: 'The stream needs a name.' }
  if (draft.type === '') return { problem: 'The event needs a type.' }
  const expectedVersion = WORDS.includes(draft.expectedVersion)
    ? JSON.stringify(draft.expectedVersion)
    : /^\d{1,16}$/.test(draft.expectedVersion) && draft.expectedVersion
  if (!expectedVersion) return { problem: 'The expected version is a number, any, no-stream or stream-exists.' }
  const metadata = draft.metadata.trim() === '' ? '{}' : draft.metadata
  const problem = problemOf('Data', draft.data) ?? problemOf('Metadata', metadata)
  if (problem !== undefined) return { problem }
  if (!metadata.trim().startsWith('{')) return { problem: 'Metadata is an object.' }
  const ids = [
    ['id', draft.id],
    ['causationId', draft.causationId.trim()],
    ['correlationId', draft.correlationId.trim()],
  ].filter(([, id]) => id !== '')
  const wrong = ids.find(([, id]) => !UUID.test(id ?? ''))
  if (wrong) return { problem: `${wrong[0]} is no UUID.` }
  const event = [
    ...ids.map(([name, id]) => `${JSON.stringify(name)}:${JSON.stringify(id)}`),
    `"type":${JSON.stringify(draft.type)}`,
    `"data":${draft.data}`,
    `"metadata":${metadata}`,
  ]
  const stream = JSON.stringify(draft.stream)
  return {
    body: `{"stream":${stream},"expectedVersion":${Number(expectedVersion) >= 0 ? Number(expectedVersion) : expectedVersion},"events":[{${event.join(',')}}]}`,
  }
}

function problemOf(what: string, text: string): string | undefined {
  try {
    JSON.parse(text)
  } catch (error) {
    return `${what} is no JSON: ${error instanceof Error ? error.message : String(error)}`
  }
  const changed = changedNumber(text)
  if (!changed) return undefined
  const { written, read } = changed
  return `${what} has the number ${written.slice(0, 60)}, which would be stored as ${read}: write it in quotes.`
}
