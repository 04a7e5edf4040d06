import { Client } from 'pg'
import type { EventStore } from '../../src/index.ts'
import { now, rate } from '../harness/clock.ts'
import { type Case, measure, measurement } from '../harness/measure.ts'
import type { Measurement } from '../harness/report.ts'
import { formatCount } from '../harness/text.ts'
import { Followers, storeStreams } from './followers.ts'
import { openStore, type SuiteContext } from './suite.ts'
import { write } from './writers.ts'

const WRITERS = 50
const WORK = `single events, ${WRITERS} writers`
const SLICE = 500

/** What appends lose to streams that are followed in the same process, and to a transaction that is left open elsewhere. */
export async function followed(context: SuiteContext): Promise<readonly Measurement[]> {
  return [...(await withFollowers(context)), ...(await withOpenTransaction(context))]
}

async function withFollowers(context: SuiteContext): Promise<readonly Measurement[]> {
  const { sizes, progress } = context
  await using own = await openStore(context, 'followed')
  await storeStreams(own.store, sizes.followedStreams)
  const followers = new Followers(own.store, sizes.followedStreams)
  const nobody = `${WORK}, nothing followed`
  const cases: readonly Case[] = [
    {
      figures: [{ name: nobody, unit: 'appends/s' }],
      prepare: () => followers.stop(),
      run: () => appendFor(own.store, sizes.duration),
    },
    {
      figures: [
        {
          name: `${WORK}, ${formatCount(sizes.followedStreams)} other streams followed`,
          unit: 'appends/s',
          comparedTo: nobody,
        },
      ],
      prepare: () => followers.start(),
      run: () => appendFor(own.store, sizes.duration),
    },
  ]
  try {
    return await measure('followed', cases, { ...sizes, progress })
  } finally {
    await followers.stop()
  }
}

/**
 * Without, with, and without again: what the transaction does grows while it is open, so that its samples are those of the last
 * third of its time.
 */
async function withOpenTransaction(context: SuiteContext): Promise<readonly Measurement[]> {
  const { sizes, progress } = context
  await using own = await openStore(context, 'open_transaction')
  const third = sizes.openTransaction / 3
  const without = { name: `${WORK}, no transaction open`, unit: 'appends/s' } as const
  const name = `${WORK}, after ${formatCount((third * 2) / 1_000)} s of an open transaction`
  progress.expect(6)
  progress.begin(without.name)
  await appendFor(own.store, Math.min(third, 1_000))
  progress.done()
  const before = await slices(own.store, third)
  progress.done()
  progress.begin(name)
  const during = await whileOpen(own.connectionString, async () => {
    await appendFor(own.store, third * 2)
    progress.done()
    return await slices(own.store, third)
  })
  progress.done()
  progress.begin(without.name)
  await appendFor(own.store, Math.min(third, 1_000))
  progress.done()
  const after = await slices(own.store, third)
  progress.done()
  return [
    measurement('followed', without, [...before, ...after]),
    measurement('followed', { name, unit: 'appends/s', comparedTo: without.name }, during),
  ]
}

async function appendFor(store: EventStore, milliseconds: number): Promise<readonly number[]> {
  const { appends, began, ended } = await write(store, { writers: WRITERS, batchSize: 1, until: { milliseconds } })
  return [rate(appends, ended - began)]
}

async function slices(store: EventStore, milliseconds: number): Promise<readonly number[]> {
  const samples: number[] = []
  for (const until = now() + milliseconds; now() < until; ) {
    samples.push(...(await appendFor(store, Math.min(SLICE, milliseconds))))
  }
  return samples
}

/** Works while somebody else's transaction holds a snapshot. */
async function whileOpen<Result>(connectionString: string, work: () => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await client.query('SELECT txid_current()')
    return await work()
  } finally {
    await client.end()
  }
}
