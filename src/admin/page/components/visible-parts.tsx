import { visibleParts } from '../visible-text.ts'

/** Text with what cannot be seen as escapes that look like such. */
export function VisibleParts({ text, limit }: { readonly text: string; readonly limit?: number }) {
  return (
    <>
      {visibleParts(text, limit).map((part, index) =>
        part.escaped ? (
          <span key={index} class="escape">
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </>
  )
}
