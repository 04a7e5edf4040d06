import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { access, chmod, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { COMMAND_GROUPS } from '../../src/cli/commands.ts'
import { createDatabase, migrate } from '../../src/migrations/index.ts'
import { asAdmin, DATABASE_PREFIX, dropDatabase, withDatabase } from '../support/admin.ts'
import { type CommandLineOptions, commandLine } from '../support/command-line.ts'
import { eventually } from '../support/eventually.ts'
import { type RunningProgram, startPiped } from '../support/terminal.ts'

const COMMANDS = ['create', 'init', 'setup', 'migrate', 'migrations', 'drop', 'reset']
const ALL_COMMANDS = Object.values(COMMAND_GROUPS)
  .flat()
  .map(({ usage }) => usage.replace(/ [<[].*/, ''))
const NO_SERVER = 'postgres://user:s3cret@127.0.0.1:1/shop'

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

let folder = ''
let name = ''
let url = ''
let database = ''

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'eventstore-cli-')))
  // An embedded server may run as another user, who has to get in.
  await chmod(folder, 0o755)
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Each test names a database of its own, which is not there yet. */
beforeEach(() => {
  name = `${DATABASE_PREFIX}${inject('runId')}_${randomBytes(4).toString('hex')}`
  url = withDatabase(inject('serverUrl'), name)
  database = `database ${name} on ${new URL(url).host}`
})
afterEach(async () => {
  await asAdmin(inject('serverUrl'), (client) => dropDatabase(client, name))
})

describe('create and init', () => {
  test('create the database and the schema, say so, and say so when they are there already', async () => {
    expect(await eventstore('create')).toEqual(done(`Created ${database}.`))
    expect(await eventstore('create')).toEqual(done(`Nothing to do: ${database} exists already.`))
    expect(await schemas()).not.toContain('eventstore')

    expect(await eventstore('init')).toEqual(done(`Initialized schema eventstore in ${database}, with payload json.`))
    expect(await eventstore('init')).toEqual(
      done(`Nothing to do: schema eventstore in ${database} is initialized already.`),
    )
    expect(await schemas()).toContain('eventstore')
  })

  test('setup does both, and twice changes nothing', async () => {
    const flags = ['--schema', 'orders', '--payload', 'jsonb']
    expect(await eventstore('setup', ...flags)).toEqual(
      done(`Created ${database}.`, `Initialized schema orders in ${database}, with payload jsonb.`),
    )
    expect(await eventstore('setup', ...flags)).toEqual(
      done(
        `Nothing to do: ${database} exists already.`,
        `Nothing to do: schema orders in ${database} is initialized already.`,
      ),
    )
    const columns = `SELECT data_type FROM information_schema.columns WHERE table_schema = 'orders' AND column_name = 'data'`
    expect((await query<{ data_type: string }>(columns))[0]?.data_type).toBe('jsonb')
  })

  test('several at a time all succeed', async () => {
    const all = await Promise.all(Array.from({ length: 3 }, () => eventstore('setup')))
    expect(all.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      all.map(() => ({ exitCode: 0, stderr: '' })),
    )
    expect(all.filter(({ stdout }) => stdout.includes('Initialized'))).toHaveLength(1)
  })

  test('init fails without its database, and names the command that creates it', async () => {
    const { exitCode, stderr } = await eventstore('init')
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`There is no ${database}. Create it with \`eventstore create\``)
  })

  test('init leaves a schema of another payload or a newer version alone, and fails', async () => {
    await setUp()
    expect(await eventstore('init', '--payload', 'bytea')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("was initialized with payload 'json'"),
    })
    await query(`INSERT INTO eventstore.migrations (name) VALUES ('9999-later')`)
    expect(await eventstore('init')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is newer than this version'),
    })
  })
})

describe('migrate and migrations', () => {
  test('migrations prints pending or applied a line, and exits with 1 while one is pending', async () => {
    await createDatabase({ connectionString: url })
    const before = await eventstore('migrations')
    expect(before).toMatchObject({ exitCode: 1, stdout: 'pending  0001-initial\n' })
    expect(before.stderr).toContain(`1 of 1 migrations pending for schema eventstore in ${database}`)

    expect(await eventstore('migrate')).toEqual(done(`Applied 0001-initial to schema eventstore in ${database}.`))
    expect(await eventstore('migrate')).toEqual(done(`Nothing to do: schema eventstore in ${database} is up to date.`))

    const after = await eventstore('migrations')
    expect(after.exitCode).toBe(0)
    expect(after.stdout).toMatch(/^applied {2}0001-initial {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\n$/)
  })

  test('a reader that closes the pipe is no failure', async () => {
    await setUp()
    const running = start(['migrations'])
    running.child.stdout.destroy()
    expect(await running.ended).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^Nothing is pending.*\n$/),
    })
  })
})

describe('drop and reset', () => {
  test('without a terminal and without --yes change nothing and fail', async () => {
    await setUpMarked()
    const commands = [['drop'], ['drop', '--database'], ['reset'], ['reset', '--database']]
    for (const ended of await Promise.all(commands.map((command) => eventstore(...command)))) {
      expect(ended).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('Repeat it with --yes') })
    }
    expect(await isMarked()).toBe(true)
  })

  test('an answer that comes through a pipe is no answer', async () => {
    await setUpMarked()
    const ended = await commandLine(url, ['drop'], { folder, input: 'eventstore\n' })
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' })
    expect(await isMarked()).toBe(true)
  })

  test('with --yes drop removes the schema, and then says that there is none', async () => {
    await setUp()
    await query('CREATE SCHEMA other')
    expect(await eventstore('drop', '--yes')).toEqual(
      done(`Dropped schema eventstore in ${database}, with all its events.`),
    )
    expect(await schemas()).toContain('other')
    expect(await schemas()).not.toContain('eventstore')
    expect(await eventstore('drop', '-y')).toEqual(done(`Nothing to do: there is no schema eventstore in ${database}.`))
  })

  test('with --database drop removes the database, and then says that there is none', async () => {
    await setUp()
    expect(await eventstore('drop', '--database', '--yes')).toEqual(done(`Dropped ${database}.`))
    expect(await eventstore('drop', '--database', '--yes')).toEqual(done(`Nothing to do: there is no ${database}.`))
    expect(await eventstore('drop', '--yes')).toEqual(
      done(`Nothing to do: there is no schema eventstore in ${database}.`),
    )
  })

  test('reset empties the schema, and leaves others alone unless it is given --database', async () => {
    await setUpMarked()
    await query('CREATE SCHEMA other')
    expect(await eventstore('reset', '--yes')).toEqual(
      done(
        `Dropped schema eventstore in ${database}, with all its events.`,
        `Initialized schema eventstore in ${database}, with payload json.`,
      ),
    )
    expect(await isMarked()).toBe(false)
    expect(await schemas()).toContain('other')

    expect(await eventstore('reset', '--database', '--yes')).toEqual(
      done(
        `Dropped ${database}.`,
        `Created ${database}.`,
        `Initialized schema eventstore in ${database}, with payload json.`,
      ),
    )
    expect(await schemas()).not.toContain('other')
  })
})

describe('--json', () => {
  test('prints one object a line for each thing that was done or found', async () => {
    const at = { server: new URL(url).host, database: name }
    const of = { ...at, schema: 'eventstore' }
    const time = expect.stringMatching(/Z$/)
    const steps: readonly (readonly [string, readonly object[]])[] = [
      ['create', [{ ...at, created: true }]],
      ['migrations', [{ ...of, name: '0001-initial', state: 'pending', appliedAt: null }]],
      ['init', [{ ...of, payload: 'json', initialized: true }]],
      [
        'setup',
        [
          { ...at, created: false },
          { ...of, payload: 'json', initialized: false },
        ],
      ],
      ['migrate', [{ ...of, applied: [] }]],
      ['migrations', [{ ...of, name: '0001-initial', state: 'applied', appliedAt: time }]],
      [
        'reset --yes',
        [
          { ...of, dropped: true },
          { ...of, payload: 'json', initialized: true },
        ],
      ],
      ['drop --yes', [{ ...of, dropped: true }]],
      ['drop --database --yes', [{ ...at, dropped: true }]],
    ]
    for (const [line, objects] of steps) {
      const [command = '', ...flags] = line.split(' ')
      const { stdout, stderr } = await eventstore(command, ...flags, '--json')
      expect(stderr).toBe('')
      expect(stdout.trimEnd().split('\n').map(parse)).toEqual(objects.map((object) => ({ command, ...object })))
    }
  })

  test.each([
    [['migrations', '--url', NO_SERVER], 1, 'CONNECTION'],
    [['drop', '--url', NO_SERVER], 2, 'USAGE'],
    [['drop', '--jason'], 2, 'USAGE'],
    [['creat'], 2, 'USAGE'],
    [[], 2, 'USAGE'],
  ])('prints an error as one object on standard error: %j', async (args, exitCode, code) => {
    const ended = await eventstore(...args, '--json')
    expect(ended).toMatchObject({ exitCode, stdout: '' })
    expect(parse(ended.stderr)).toEqual({ error: { code, message: expect.any(String) } })
  })
})

describe('settings', () => {
  test('come from flags, the environment and a config file, in this order', async () => {
    await createDatabase({ connectionString: url })
    await writeFile(
      join(folder, 'eventstore.config.ts'),
      `enum Payload { binary = 'bytea' }
       export default { url: ${JSON.stringify(url)}, schema: 'from_file', payload: Payload.binary }`,
    )
    try {
      const none = { DATABASE_URL: undefined }
      expect((await eventstoreIn(none, 'init')).stdout).toContain('schema from_file')
      const named = { ...none, EVENTSTORE_SCHEMA: 'from_env' }
      expect((await eventstoreIn(named, 'init')).stdout).toContain('schema from_env')
      const flagged = await eventstoreIn(named, 'init', '--schema', 'from_flag')
      expect(flagged.stdout).toBe(`Initialized schema from_flag in ${database}, with payload bytea.\n`)
      expect(await schemas()).toEqual(expect.arrayContaining(['from_file', 'from_flag']))
      expect(await schemas()).toContain('from_env')
    } finally {
      await rm(join(folder, 'eventstore.config.ts'))
    }
  })

  test('are asked for when there is no URL', async () => {
    const { exitCode, stderr } = await eventstoreIn({ DATABASE_URL: undefined }, 'init')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/--url.*DATABASE_URL.*eventstore\.config\.ts/)
  })

  test('may name the folder of an embedded server, which runs as long as the command', async () => {
    const folderEnv = { DATABASE_URL: undefined, EVENTSTORE_EMBEDDED: join(folder, 'server') }
    const refused = await eventstoreIn(folderEnv, 'drop')
    expect(refused.exitCode).toBe(2)
    await expect(access(join(folder, 'server'))).rejects.toThrow('ENOENT')

    const { exitCode, stdout, stderr } = await eventstoreIn(folderEnv, 'setup')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(
      /schema eventstore in database eventstore on 127\.0\.0\.1:\d+ \(\S+server\), with payload json/,
    )
    await expect(access(join(folder, 'server', 'data', 'postmaster.pid'))).rejects.toThrow('ENOENT')
  })
})

describe('usage', () => {
  test('--help explains the program, and each command with examples', async () => {
    const help = await eventstore('--help')
    expect(help).toMatchObject({ exitCode: 0, stderr: '' })
    for (const command of ALL_COMMANDS) {
      expect(help.stdout).toContain(`\n  ${command.split(' ')[0]} `)
      const { exitCode, stdout } = await eventstore(...command.split(' '), '--help')
      expect(exitCode).toBe(0)
      expect(stdout).toContain(`Examples:\n  eventstore ${command}`)
      expect(stdout).toContain('--url <url>')
    }
  })

  test('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(await eventstore('--version')).toEqual(done(version))
  })

  test.each([
    [['creat'], "unknown command 'creat' (Did you mean create?)"],
    [['drop', '--yse'], "unknown option '--yse' (Did you mean --yes?)"],
    [['create', 'shop'], "too many arguments for 'create'"],
    [['create', '--url'], "option '--url <url>' argument missing"],
    [['init', '--payload', 'xml'], '--payload cannot be used'],
    [['init', '--config', 'none.ts'], 'There is no config file none.ts'],
    [[], 'A command is missing'],
  ])('wrong usage exits with 2 and a sentence: %j', async (args, sentence) => {
    const { exitCode, stdout, stderr } = await eventstore(...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(sentence)
  })

  test('neither password nor stack trace is shown when the server cannot be reached', async () => {
    const all = await Promise.all(
      COMMANDS.map((command) =>
        eventstoreIn({ DATABASE_URL: NO_SERVER }, command, ...(/drop|reset/.test(command) ? ['--yes'] : [])),
      ),
    )
    for (const { exitCode, stdout, stderr } of all) {
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
      expect(stderr).toMatch(/^error: No connection to PostgreSQL: .*127\.0\.0\.1:1\b.*\n$/)
      expect(stderr).not.toContain('s3cret')
    }
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends a command that waits for the database with %i', async (signal, exitCode) => {
    await setUpMarked()
    const blocker = new Client({ connectionString: url })
    await blocker.connect()
    try {
      await blocker.query('BEGIN; LOCK TABLE eventstore.events')
      const running = start(['drop', '--yes'])
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      await eventually(async () => expect(await query(waiting)).toHaveLength(1), { within: 10_000 })
      running.child.kill(signal)
      expect(await running.ended).toEqual({ exitCode, stdout: '', stderr: 'error: Interrupted.\n' })
    } finally {
      await blocker.end()
    }
    expect(await isMarked()).toBe(true)
  })
})

/** Runs the CLI in this process: another one takes longer to start than most commands to run. */
async function eventstore(...args: readonly string[]): Promise<Ended> {
  return eventstoreIn({}, ...args)
}

/** The same with other variables of the environment. */
async function eventstoreIn(env: CommandLineOptions['env'] = {}, ...args: readonly string[]): Promise<Ended> {
  const { exitCode, stdout, stderr } = await commandLine(url, args, { folder, env })
  const password = new URL(url).password
  if (password) expect(`${stdout}${stderr}`, 'a secret was printed').not.toContain(password)
  return { exitCode, stdout, stderr }
}

/** Runs it in a process of its own. */
function start(args: readonly string[]): RunningProgram {
  return startPiped(args, { folder, env: { DATABASE_URL: url } })
}

/** What a command that succeeds prints. */
function done(...lines: readonly string[]): Ended {
  return { exitCode: 0, stdout: lines.map((line) => `${line}\n`).join(''), stderr: '' }
}

function parse(line: string): unknown {
  return JSON.parse(line)
}

async function setUp(): Promise<void> {
  await createDatabase({ connectionString: url })
  await migrate({ connectionString: url })
}

/** Sets up a schema of which one can tell whether it is the same later. */
async function setUpMarked(): Promise<void> {
  await setUp()
  await query(`COMMENT ON SCHEMA eventstore IS 'marked'`)
}

async function isMarked(): Promise<boolean> {
  const rows = await query(`SELECT FROM pg_namespace WHERE obj_description(oid) = 'marked'`)
  return rows.length === 1
}

async function schemas(): Promise<readonly string[]> {
  return (await query<{ nspname: string }>('SELECT nspname FROM pg_namespace')).map(({ nspname }) => nspname)
}

async function query<Row extends object>(text: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}
