import { formatBytes } from '../format.ts'
import { JsonTree } from '../json/json-tree.tsx'

export interface PayloadProps {
  readonly label: string
  readonly text: string
  readonly bytes: number
  /** Whether the text may be less than all of it. */
  readonly truncated: boolean
  /** Where all of it is to be had. */
  readonly download: string
}

/** Characters from which on a text that may be cut is. */
const GIVEN = 200_000

/** Data or metadata: as a tree, and whole as a download. */
export function Payload({ label, text, bytes, truncated, download }: PayloadProps) {
  const cut = truncated && isCut(text, bytes)
  return (
    <section class="payload" aria-label={label}>
      <h2>
        {label} <span class="muted size">{formatBytes(bytes)}</span>{' '}
        <a class="download" href={download} download>
          Download
        </a>
      </h2>
      {cut && <p class="note">Only the beginning is shown here. The download has all {formatBytes(bytes)}.</p>}
      <JsonTree label={label} text={text} />
    </section>
  )
}

/** `truncated` may mean the other part. What is indented is longer than the whole, unless it was cut. */
function isCut(text: string, bytes: number): boolean {
  return text.length > GIVEN || new TextEncoder().encode(text).length < bytes
}
