import type { ComponentChildren } from 'preact'
import type { SortDirection } from '../../api.ts'

export interface Column<Row, Sort extends string> {
  readonly label: string
  readonly cell: (row: Row) => ComponentChildren
  /** Figures stand right. */
  readonly numeric?: boolean
  /** What the list is sorted by when this heading is pressed. */
  readonly sort?: Sort
  readonly class?: string
}

export interface DataTableProps<Row, Sort extends string> {
  /** What the table holds, for who hears it. */
  readonly caption: string
  readonly columns: readonly Column<Row, Sort>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly sortBy?: Sort
  readonly direction?: SortDirection
  readonly onSort?: (sort: Sort) => void
}

/** A table; on a small screen its rows are cards. */
export function DataTable<Row, Sort extends string = never>(props: DataTableProps<Row, Sort>) {
  const { caption, columns, rows, rowKey } = props
  return (
    <div class="table-box">
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.label} column={column} {...props} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.label} data-label={column.label} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Heading<Row, Sort extends string>({
  column,
  sortBy,
  direction,
  onSort,
}: DataTableProps<Row, Sort> & { readonly column: Column<Row, Sort> }) {
  const { sort } = column
  if (sort === undefined || !onSort)
    return (
      <th scope="col" class={classOf(column)}>
        {column.label}
      </th>
    )
  const sorted = sort === sortBy ? direction : undefined
  return (
    <th scope="col" class={classOf(column)} aria-sort={sorted ?? 'none'}>
      <button type="button" class="sort" onClick={() => onSort(sort)}>
        {column.label}
        <span aria-hidden="true" class="arrow">
          {sorted === 'ascending' ? '↑' : sorted === 'descending' ? '↓' : ''}
        </span>
      </button>
    </th>
  )
}

function classOf<Row, Sort extends string>({ numeric, class: own = '' }: Column<Row, Sort>): string {
  return numeric ? `number ${own}` : own
}
