import { append } from './append.ts'
import { catchUp } from './catch-up.ts'
import { followed } from './followed.ts'
import { growth } from './growth.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import { read } from './read.ts'
import { subscribe } from './subscribe.ts'
import type { Suite } from './suite.ts'

/** Every suite, by the name that it is given on the command line. */
export const SUITES = {
  append,
  read,
  subscribe,
  latency,
  'catch-up': catchUp,
  growth,
  followed,
  memory,
} satisfies Record<string, Suite>

export type SuiteName = keyof typeof SUITES

export const SUITE_NAMES = Object.keys(SUITES) as readonly SuiteName[]
