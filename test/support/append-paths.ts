import type {
  EventStoreOptions,
  EventTypes,
  NewEvent,
  RecordedEvent,
  StreamAppend,
  StreamOperations,
} from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { type CountingPool, countingPool } from './counting-pool.ts'
import { type FreshStore, freshStore } from './fresh-store.ts'
import { type Append, COMPANION, checkStored, type Outcome } from './stored-appends.ts'

/** A way that an append can take to the database, and what makes it take this one. */
export interface AppendPath {
  readonly name: string
  /** Whether it is part of a transaction of the caller's. */
  readonly callersTransaction?: boolean
  /** Whether connections can copy. @default true */
  readonly copies?: boolean
  /** Events that go to other streams before it and after it. */
  readonly company: readonly [before: number, after: number]
  /** Whether the streams of its company have one event already, which is expected. */
  readonly companyFollows?: boolean
  /** Whether its company is appends of their own, or parts of the same append. @default 'appends' */
  readonly companyIs?: 'appends' | 'parts'
  /** The statements that store an append of one event, and who runs them. */
  readonly statements: readonly string[]
  /** The same for one that follows an event whose version is expected. @default those of any */
  readonly following?: readonly string[]
}

const IN_PIECES = ['append_events', 'append_events', 'append_events']

export const APPEND_PATHS: readonly AppendPath[] = [
  { name: 'alone', company: [0, 0], statements: ['append_to_stream'], following: ['INSERT'] },
  {
    name: 'alone, where connections send one statement at a time',
    copies: false,
    company: [0, 0],
    statements: ['append_to_stream'],
  },
  { name: 'in a small group', company: [1, 1], statements: ['append_events'] },
  {
    name: 'in a small group of which the others follow known events',
    company: [1, 1],
    companyFollows: true,
    statements: ['append_events'],
    following: ['INSERT'],
  },
  { name: 'in a group that is copied', company: [250, 250], statements: ['reserve', 'COPY'] },
  {
    name: 'in a large group, where connections cannot copy',
    copies: false,
    company: [250, 250],
    statements: ['append_events'],
  },
  {
    name: 'in a large append that is copied',
    company: [250, 250],
    companyIs: 'parts',
    statements: ['reserve', 'COPY'],
  },
  {
    name: 'in a large append that is sent in pieces',
    copies: false,
    company: [1_999, 2],
    companyIs: 'parts',
    statements: IN_PIECES,
  },
  {
    name: "in a transaction of the caller's",
    callersTransaction: true,
    company: [1, 1],
    statements: Array(3).fill('append_to_stream of the caller'),
  },
  {
    name: "in a large append in a transaction of the caller's",
    callersTransaction: true,
    company: [1_999, 2],
    companyIs: 'parts',
    statements: IN_PIECES.map((statement) => `${statement} of the caller`),
  },
]

/** Whether each append takes thousands of events with it: better few of them. */
export function isSlow({ company: [before] }: AppendPath): boolean {
  return before > 1_000
}

/** A store on which appends are attempted. */
export interface Stage extends AsyncDisposable {
  readonly store: FreshStore
  readonly path: AppendPath
  readonly pool: CountingPool
  /** Whose clients the caller's transactions run on. */
  readonly callersPool: CountingPool
}

export async function openStage(
  connectionString: string,
  path: AppendPath,
  options: EventStoreOptions<EventTypes> = {},
): Promise<Stage> {
  const pool = countingPool(connectionString, { copies: path.copies ?? true })
  const callersPool = countingPool(connectionString)
  const store = await freshStore(connectionString, { ...options, pool, enableHardDeletes: true })
  // Whether to copy depends on the shortest round trip so far: on a busy machine it takes some to find that it is short.
  for (let trips = 0; trips < 20; trips++) await store.getStream('$all')
  return {
    store,
    path,
    pool,
    callersPool,
    async [Symbol.asyncDispose]() {
      await store.close()
      await pool[Symbol.asyncDispose]()
      await callersPool[Symbol.asyncDispose]()
    },
  }
}

/** What became of some appends, and what there is to see of it. */
export interface Attempt {
  readonly outcomes: readonly Outcome[]
  /** Their events that are new in `$all`, without their company's. */
  readonly events: readonly RecordedEvent[]
  /** The statements that stored them, as AppendPath names them. */
  readonly statements: readonly string[]
}

/**
 * Performs appends on the path of the stage: all in one turn, or one after the other. Whatever becomes of them, their company is
 * stored, `$all` has no gap, is in the order of the appends, and has what the results say.
 */
export async function attempt(stage: Stage, appends: readonly Append[]): Promise<Attempt> {
  const { store, path, pool, callersPool } = stage
  const [before, after] = companyOf(path)
  if (path.companyFollows) for (const companion of [before, after]) await beginStream(store, companion)
  const { version: head } = await store.getStream('$all')
  const whole =
    path.companyIs === 'parts'
      ? appends.map((append) => withCompany(append, path))
      : [...(before ? [{ parts: [before] }] : []), ...appends, ...(after ? [{ parts: [after] }] : [])]
  const marks = [pool.statements.length, callersPool.statements.length] as const
  const performed = await perform(stage, whole)
  const statements = [
    ...storing(pool.statements.slice(marks[0])),
    ...storing(callersPool.statements.slice(marks[1])).map((statement) => `${statement} of the caller`),
  ]
  const events = await checkStored(store, head, whole, performed)
  const outcomes = path.companyIs === 'parts' ? performed.map(withoutCompany) : withoutCompanions(performed, path)
  return { outcomes, statements, events: events.filter(({ type }) => type !== COMPANION) }
}

/** Performs one append, and resolves to what became of it. */
export async function attemptOne(stage: Stage, ...parts: readonly StreamAppend[]): Promise<Outcome> {
  const { outcomes } = await attempt(stage, [{ parts }])
  return outcomes[0] as Outcome
}

function perform({ store, path, callersPool }: Stage, appends: readonly Append[]): Promise<readonly Outcome[]> {
  if (path.callersTransaction) {
    return inCallersTransaction(callersPool, (client) => oneByOne(store.withClient(client), appends))
  }
  const together = path.company[0] > 0 && path.companyIs !== 'parts'
  return together ? Promise.all(appends.map((append) => outcomeOf(store, append))) : oneByOne(store, appends)
}

const companies = new WeakMap<Append, Append>()

/** The same append has the same company, so that its repetition is one. */
function withCompany(append: Append, path: AppendPath): Append {
  let whole = companies.get(append)
  if (!whole) {
    const [before, after] = companyOf(
      path,
      append.parts.flatMap(({ events }) => events).some(({ id }) => id != null),
    )
    whole = { ...append, parts: [...(before ? [before] : []), ...append.parts, ...(after ? [after] : [])] }
    companies.set(append, whole)
  }
  return whole
}

function companyOf(path: AppendPath, identified = false): readonly (StreamAppend | undefined)[] {
  return path.company.map((count, index) => {
    const events = Array.from({ length: count }, (): NewEvent => {
      return { type: COMPANION, data: 0, ...(identified && { id: uuidv7() }) }
    })
    const stream = `${COMPANION} ${['before', 'after'][index]} ${uuidv7()}`
    return count > 0 ? { stream, expectedVersion: path.companyFollows ? 1 : 'no-stream', events } : undefined
  })
}

async function beginStream(store: FreshStore, companion: StreamAppend | undefined): Promise<void> {
  if (companion) await store.append(companion.stream, { type: COMPANION, data: 0 }, { expectedVersion: 'no-stream' })
}

function withoutCompany(outcome: Outcome): Outcome {
  return outcome.results ? { results: outcome.results.slice(1, -1) } : outcome
}

/** Fails when one of the company was refused: whatever becomes of the others, it costs it nothing. */
function withoutCompanions(performed: readonly Outcome[], { company: [before] }: AppendPath): readonly Outcome[] {
  if (before === 0) return performed
  for (const companion of [performed.at(0), performed.at(-1)]) if (!companion?.results) throw companion?.error
  return performed.slice(1, -1)
}

async function inCallersTransaction<Result>(
  pool: CountingPool,
  work: (client: Awaited<ReturnType<CountingPool['connect']>>) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  try {
    await client.query({ text: 'BEGIN' })
    return await work(client)
  } finally {
    await client.query({ text: 'COMMIT' })
    client.release()
  }
}

async function oneByOne(operations: StreamOperations, appends: readonly Append[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const append of appends) outcomes.push(await outcomeOf(operations, append))
  return outcomes
}

async function outcomeOf(operations: StreamOperations, { parts, createdAt }: Append): Promise<Outcome> {
  try {
    return { results: await operations.appendAll(parts, createdAt && { createdAt }) }
  } catch (error) {
    return { error }
  }
}

function storing(statements: readonly string[]): string[] {
  const words = /\bappend_(?:events|to_stream)(?=\()|\breserve(?=\()|\bCOPY\b|\bINSERT(?= INTO \S+\.events)/
  return statements.flatMap((text) => words.exec(text) ?? [])
}
