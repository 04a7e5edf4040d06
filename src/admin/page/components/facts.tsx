import type { ComponentChildren } from 'preact'

/** Names and values, as a list of definitions. */
export function Facts({ children }: { readonly children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>
}

export interface FactProps {
  readonly name: string
  readonly numeric?: boolean
  readonly wide?: boolean
  readonly children: ComponentChildren
}

export function Fact({ name, numeric = false, wide = false, children }: FactProps) {
  return (
    <div class={wide ? 'wide' : undefined}>
      <dt>{name}</dt>
      <dd class={numeric ? 'number' : undefined}>{children}</dd>
    </div>
  )
}
