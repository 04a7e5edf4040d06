/** What a program tells of itself while it runs. */
export type Report =
  | { readonly type: 'block'; readonly line: number }
  | { readonly type: 'printed'; readonly line: number; readonly text: string }
  | { readonly type: 'done' }
