import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

/** Collects all garbage of this process now, so that the next run does not pay for the last one's. */
export const collectGarbage: () => void = runInNewContext('gc')
