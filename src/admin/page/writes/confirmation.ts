import { hasHidden } from '../visible-text.ts'

const TYPED_AT_MOST = 80

/**
 * What somebody has to type before something is destroyed: its name, so that it is not the wrong one. A name that cannot be typed
 * (too long, or with characters that cannot be seen) is replaced by a word.
 */
export function confirmationOf(name: string): string {
  const typeable = name.length <= TYPED_AT_MOST && !hasHidden(name) && name === name.trim() && !name.includes('  ')
  return typeable ? name : 'delete'
}
