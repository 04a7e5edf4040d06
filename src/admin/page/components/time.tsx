import { formatOffset, formatShortTime, formatTime } from '../format.ts'

/** A time in a narrow column; the whole of it on hover. */
export function ShortTime({ iso }: { readonly iso: string }) {
  return (
    <time dateTime={iso} title={`${formatTime(iso)} (${iso})`}>
      {formatShortTime(iso, new Date())}
    </time>
  )
}

/** A time to the millisecond, in the reader's time zone, which it says. */
export function FullTime({ iso }: { readonly iso: string }) {
  return (
    <time dateTime={iso} title={iso}>
      {formatTime(iso)} <span class="muted">{formatOffset(iso)}</span>
    </time>
  )
}
