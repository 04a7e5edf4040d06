import type { Command } from 'commander'
import type { Flags } from './command.ts'
import { integerOf } from './numbers.ts'
import type { ListStyle, Output } from './output.ts'

const USUAL_SIZE = 50

/** Which part of a long list. */
export interface Paging {
  readonly page: number
  readonly pageSize: number
}

/** The flags of a command that lists `things`. */
export function paged(command: Command, things: string): Command {
  return command
    .option('--page <n>', 'which page, 1 by default')
    .option('--page-size <n>', `${things} of a page, ${USUAL_SIZE} by default`)
}

/** Throws UsageError. */
export function pagingOf({ page, pageSize }: Flags): Paging {
  return {
    page: integerOf(page, '--page', 1) ?? 1,
    pageSize: integerOf(pageSize, '--page-size', 1) ?? USUAL_SIZE,
  }
}

/** A page of `things`, of which there are so many in all. Says to people which it is, if there are several. */
export function showPage<Item>(
  output: Output,
  { items, totalItems }: { readonly items: readonly Item[]; readonly totalItems: number },
  { style, paging, things }: { readonly style: ListStyle<Item>; readonly paging: Paging; readonly things: string },
): void {
  const { page, pageSize } = paging
  const pages = Math.ceil(totalItems / pageSize).toLocaleString('en')
  if (items.length === 0 && totalItems > 0) {
    output.note(`There is no page ${page.toLocaleString('en')}: the last one is ${pages}.`)
    return
  }
  output.list(items, style)
  if (totalItems <= pageSize) return
  output.note(`Page ${page.toLocaleString('en')} of ${pages}, ${totalItems.toLocaleString('en')} ${things}.`)
}
