/**
 * Compares the store with Emmett, and with ceilings set by PostgreSQL: in turns, on one server, in one run.
 *
 *   npm run bench:peers -- [--only TEXT] [--quick] [--large] [--out FILE] [--strict] [--postgres FOLDER]
 */
import { describeMachine } from '../harness/machine.ts'
import { type Measurement, writeReport } from '../harness/report.ts'
import { openServer } from '../harness/server.ts'
import { measurementTable } from '../harness/tables.ts'
import { style } from '../harness/text.ts'
import { Arena, type Contest } from './arena.ts'
import { connect } from './contenders/driver.ts'
import { loadEmmett, type OpenEmmett } from './contenders/emmett.ts'
import { contestsOf } from './contests.ts'
import { goalsOf } from './goal-list.ts'
import { type Goal, judge } from './goals.ts'
import { goalsTable, summary } from './goals-table.ts'
import { installPeers } from './install.ts'
import { type PeersOptions, readOptions, USAGE } from './options.ts'

const options = commandLine()
const goals = goalsOf(options).filter((goal) => isWanted(goal, options.only ?? ''))
if (goals.length === 0) refuse(`No goal has ${JSON.stringify(options.only)} in its line`)
const contests = contestsOf(options).filter(({ name }) => goals.some(({ contest }) => contest === name))
const startedAt = new Date().toISOString()
let failures = 0

const openEmmett = goals.some(({ reference }) => reference?.startsWith('Emmett')) ? await prepareEmmett() : undefined
await using server = await openServer({ postgres: options.postgres })
const description = await server.describe()
for (const setting of ['fsync', 'synchronous_commit']) {
  if (description.settings[setting] === 'off') console.error(`${setting} is off: what appends reach here says nothing`)
}
const measurements = await runAll()
const judgements = goals.map((goal) => judge(goal, measurements))

console.log(`\n${goalsTable(judgements)}`)
console.log(`${summary(judgements)}; medians of one run${options.quick ? ', a quick one: too noisy to judge by' : ''}`)
if (options.out !== undefined) {
  const report = {
    version: 1,
    startedAt,
    quick: options.quick,
    machine: describeMachine(),
    server: description,
    measurements,
    goals: judgements,
  } as const
  await writeReport(options.out, report)
  console.log(`Written to ${options.out}`)
}
const missed = options.strict && judgements.some(({ goal, verdict }) => verdict === 'not met' && !goal.standIn)
process.exitCode = failures > 0 || missed ? 1 : 0

function commandLine(): PeersOptions {
  try {
    const read = readOptions(process.argv.slice(2))
    if (read !== 'help') return read
  } catch (error) {
    refuse(messageOf(error))
  }
  console.log(USAGE)
  process.exit(0)
}

function refuse(reason: string): never {
  console.error(`${reason}\n\n${USAGE}`)
  process.exit(2)
}

function isWanted({ work, contest, reference }: Goal, text: string): boolean {
  return `${work} ${contest} ${reference ?? ''}`.toLowerCase().includes(text.toLowerCase())
}

/** Without Emmett the rest is still measured. */
async function prepareEmmett(): Promise<OpenEmmett | undefined> {
  try {
    await installPeers((text) => console.error(text))
    return await loadEmmett()
  } catch (error) {
    fail('Emmett', error)
    return undefined
  }
}

/** What a contest that fails should have measured is missing, and its goals were not run. */
async function runAll(): Promise<readonly Measurement[]> {
  const measured: Measurement[] = []
  const admin = await connect(await server.newDatabase('checkpoints'))
  const checkpoint = async () => void (await admin.query('CHECKPOINT'))
  const arena = new Arena({ server, sizes: options, openEmmett, checkpoint })
  for (const contest of contests) measured.push(...(await run(contest, arena)))
  await admin.end()
  return measured
}

async function run(contest: Contest, arena: Arena): Promise<readonly Measurement[]> {
  try {
    const measured = await contest.run(arena)
    console.log(`\n${style('bold', contest.name)}\n${measurementTable(measured)}`)
    return measured
  } catch (error) {
    fail(contest.name, error)
    return []
  } finally {
    await arena.clear()
  }
}

function fail(what: string, error: unknown): void {
  failures++
  console.error(`${style('red', 'Failed')}: ${what}: ${messageOf(error)}`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
