import type { ComponentChildren } from 'preact'

export interface TitleProps {
  readonly children: ComponentChildren
  /** What can be done here. */
  readonly actions?: ComponentChildren
}

/** The heading of a view. */
export function Title({ children, actions }: TitleProps) {
  return (
    <div class="title">
      <h1>{children}</h1>
      {actions && <div class="actions">{actions}</div>}
    </div>
  )
}
