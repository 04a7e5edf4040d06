import type { Page } from '../../api.ts'
import { formatCount } from '../format.ts'

export interface PagerProps {
  readonly page: Page<unknown>
  /** The address of another page. */
  readonly hash: (page: number) => string
}

/** Where in a long list one is, and the ways to its neighbours. */
export function Pager({ page: { items, page, pageSize, totalItems, totalPages }, hash }: PagerProps) {
  const first = (page - 1) * pageSize + 1
  return (
    <nav class="pager" aria-label="Pages">
      <Step label="First" hash={page > 1 ? hash(1) : undefined} />
      <Step label="Previous" hash={page > 1 ? hash(Math.max(1, Math.min(page - 1, totalPages))) : undefined} previous />
      <span class="figures" role="status">
        {items.length === 0 ? '0' : `${formatCount(first)}–${formatCount(first + items.length - 1)}`} of{' '}
        {formatCount(totalItems)}
      </span>
      <Step label="Next" hash={page < totalPages ? hash(page + 1) : undefined} next />
      <Step label="Last" hash={page < totalPages ? hash(totalPages) : undefined} />
    </nav>
  )
}

interface StepProps {
  readonly label: string
  readonly hash: string | undefined
  readonly previous?: boolean
  readonly next?: boolean
}

function Step({ label, hash, previous, next }: StepProps) {
  if (hash === undefined)
    return (
      <span class="button" aria-disabled="true">
        {label}
      </span>
    )
  return (
    <a class="button" href={hash} data-previous={previous} data-next={next}>
      {label}
    </a>
  )
}
