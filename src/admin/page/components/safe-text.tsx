import { visibleText } from '../visible-text.ts'
import { VisibleParts } from './visible-parts.tsx'

export interface SafeTextProps {
  readonly text: string
  /** Characters shown; the rest is an ellipsis. @default 200 */
  readonly limit?: number
  readonly class?: string
}

/** From so many characters on, it may not fit its place: the whole of it is seen on hover. */
const MAY_NOT_FIT = 24
const HOVER_LIMIT = 1_000

/** Text that came from outside: apart from the direction of what stands around it, with what cannot be seen as an escape. */
export function SafeText({ text, limit = 200, class: className = '' }: SafeTextProps) {
  return (
    <bdi
      class={`safe-text ${className}`}
      title={text.length > MAY_NOT_FIT ? visibleText(text, HOVER_LIMIT) : undefined}
    >
      <VisibleParts text={text} limit={limit} />
      {text.length > limit && <span class="cut">…</span>}
    </bdi>
  )
}
