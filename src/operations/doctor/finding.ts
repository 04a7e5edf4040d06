/** How bad it is. `unknown`: it could not be looked at. */
export type Level = 'ok' | 'advice' | 'warning' | 'failure' | 'unknown'

/** What one look at a store has found. With a `failure` the store cannot work. */
export interface Finding {
  /** Which check has found it. */
  readonly check: string
  readonly level: Level
  /** One sentence. */
  readonly found: string
  /** What to do, one sentence; null where there is nothing to do. */
  readonly advice: string | null
}

/** A finding, before it is said who has found it. */
export type Judgement = Omit<Finding, 'check'>

export function ok(found: string): Judgement {
  return { level: 'ok', found, advice: null }
}

export function advice(found: string, what: string): Judgement {
  return { level: 'advice', found, advice: what }
}

export function warning(found: string, what: string): Judgement {
  return { level: 'warning', found, advice: what }
}

export function failure(found: string, what: string): Judgement {
  return { level: 'failure', found, advice: what }
}

/** Nothing was found out. */
export function unknown(why: string): Judgement {
  return { level: 'unknown', found: `Not looked at: ${why}`, advice: null }
}

/** The judgements of those rules that have something to say, or the one for when none has. */
export function allOr(judgements: readonly (Judgement | undefined)[], otherwise: Judgement): readonly Judgement[] {
  const said = judgements.filter((judgement) => judgement !== undefined)
  return said.length > 0 ? said : [otherwise]
}
