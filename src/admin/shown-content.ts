import { SHOWN_CONTENT, type ShownContent } from '../operations/event-detail.ts'
import type { EventDetail } from './api.ts'
import { indentJson } from './indent.ts'

/** Data and metadata as a page shows them: JSON on several lines, other text as it is. */
export function shownContent({
  data,
  metadata,
  dataBytes,
  metadataBytes,
  dataCut,
  metadataCut,
}: ShownContent): Pick<EventDetail, 'data' | 'metadata' | 'dataBytes' | 'metadataBytes' | 'truncated'> {
  const [shownData, shownMetadata] = [indented(data, dataCut), indented(metadata, metadataCut)]
  return {
    data: shownData.text,
    metadata: shownMetadata.text,
    dataBytes,
    metadataBytes,
    truncated: shownData.cut || shownMetadata.cut,
  }
}

function indented(text: string, cut: boolean): { readonly text: string; readonly cut: boolean } {
  if (!/^\s*[[{]/.test(text) || (!cut && !isJson(text))) return { text, cut }
  const result = indentJson(text, SHOWN_CONTENT)
  return { text: result, cut: cut || result.length >= SHOWN_CONTENT - 1 }
}

/** Bytes may be any text. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
