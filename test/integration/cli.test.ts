import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { access, chmod, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { createDatabase, migrate } from '../../src/migrations/index.ts'
import { asAdmin, DATABASE_PREFIX, dropDatabase, withDatabase } from '../support/admin.ts'
import { commandLine } from '../support/command-line.ts'
import { eventually } from '../support/eventually.ts'

const CLI = [
  '--import',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
  fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)),
]
const COMMANDS = ['create', 'init', 'setup', 'migrate', 'migrations', 'drop', 'reset']
const NO_SERVER = 'postgres://user:s3cret@127.0.0.1:1/shop'

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams
  readonly output: () => string
  readonly ended: Promise<Ended>
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
    const running = start(['drop'])
    running.child.stdin.end('eventstore\n')
    expect(await running.ended).toMatchObject({ exitCode: 2 })
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

describe('on a terminal', () => {
  test('drop asks for the name of the schema, and drops it when that is typed', async () => {
    await setUpMarked()
    const running = startOnTerminal(['drop'])
    await eventually(() => expect(running.output()).toContain('Type the name of the schema to go on: '), {
      within: 10_000,
    })
    expect(running.output()).toContain(`This drops schema eventstore in ${database}, with all its events.`)
    expect(await isMarked()).toBe(true)
    running.child.stdin.write('eventstore\n')
    expect((await running.ended).exitCode).toBe(0)
    expect(running.output()).toContain('Dropped schema eventstore')
    expect(await schemas()).not.toContain('eventstore')
  })

  test('reset --database asks for the name of the database', async () => {
    await setUpMarked()
    const running = startOnTerminal(['reset', '--database'])
    await eventually(() => expect(running.output()).toContain('Type the name of the database'), { within: 10_000 })
    running.child.stdin.write(`${name}\n`)
    expect((await running.ended).exitCode).toBe(0)
    expect(await isMarked()).toBe(false)
  })

  test.each([
    ['another answer', 'yes\n', 1, 'nothing was changed'],
    ['an empty answer', '\n', 1, 'nothing was changed'],
    ['the end of the input', '\x04', 1, 'nothing was changed'],
    ['Ctrl-C', '\x03', 130, 'Interrupted'],
  ])('%s changes nothing', async (_, typed, exitCode, said) => {
    await setUpMarked()
    const running = startOnTerminal(['drop'])
    await eventually(() => expect(running.output()).toContain('to go on: '), { within: 10_000 })
    running.child.stdin.write(typed)
    expect((await running.ended).exitCode).toBe(exitCode)
    expect(running.output()).toContain(said)
    expect(await isMarked()).toBe(true)
  })

  test('the words applied and pending are coloured, unless NO_COLOR is set', async () => {
    await createDatabase({ connectionString: url })
    const plain = startOnTerminal(['migrations'], { NO_COLOR: '1' })
    await plain.ended
    expect(plain.output()).toContain('pending  0001-initial')
    const coloured = startOnTerminal(['migrations'], { TERM: 'xterm-256color' })
    await coloured.ended
    expect(coloured.output()).toContain('\x1b[33mpending\x1b[39m  0001-initial')
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
      expect((await start(['init'], none).ended).stdout).toContain('schema from_file')
      expect((await start(['init'], { ...none, EVENTSTORE_SCHEMA: 'from_env' }).ended).stdout).toContain(
        'schema from_env',
      )
      const flagged = start(['init', '--schema', 'from_flag'], { ...none, EVENTSTORE_SCHEMA: 'from_env' })
      expect((await flagged.ended).stdout).toBe(`Initialized schema from_flag in ${database}, with payload bytea.\n`)
      expect(await schemas()).toEqual(expect.arrayContaining(['from_file', 'from_flag']))
      expect(await schemas()).toContain('from_env')
    } finally {
      await rm(join(folder, 'eventstore.config.ts'))
    }
  })

  test('are asked for when there is no URL', async () => {
    const { exitCode, stderr } = await start(['init'], { DATABASE_URL: undefined }).ended
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/--url.*DATABASE_URL.*eventstore\.config\.ts/)
  })

  test('may name the folder of an embedded server, which runs as long as the command', async () => {
    const folderEnv = { DATABASE_URL: undefined, EVENTSTORE_EMBEDDED: 'server' }
    const refused = await start(['drop'], folderEnv).ended
    expect(refused.exitCode).toBe(2)
    await expect(access(join(folder, 'server'))).rejects.toThrow('ENOENT')

    const { exitCode, stdout, stderr } = await start(['setup'], folderEnv).ended
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/schema eventstore in database eventstore on 127\.0\.0\.1:\d+ \(server\), with payload json/)
    await expect(access(join(folder, 'server', 'data', 'postmaster.pid'))).rejects.toThrow('ENOENT')
  })
})

describe('usage', () => {
  test('--help explains the program, and each command with examples', async () => {
    const help = await eventstore('--help')
    expect(help).toMatchObject({ exitCode: 0, stderr: '' })
    for (const command of COMMANDS) expect(help.stdout).toContain(`\n  ${command} `)
    const all = await Promise.all(COMMANDS.map((command) => eventstore(command, '--help')))
    for (const [index, { exitCode, stdout }] of all.entries()) {
      expect(exitCode).toBe(0)
      expect(stdout).toContain(`Examples:\n  eventstore ${COMMANDS[index]}`)
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
      COMMANDS.map(
        (command) =>
          start([command, ...(/drop|reset/.test(command) ? ['--yes'] : [])], { DATABASE_URL: NO_SERVER }).ended,
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

/** Runs the CLI to its end, with the test's database named by the environment. */
/** In this process: another one takes longer to start than most commands to run. */
async function eventstore(...args: readonly string[]): Promise<Ended> {
  const { exitCode, stdout, stderr } = await commandLine(url, args, { folder })
  const password = new URL(url).password
  if (password) expect(`${stdout}${stderr}`, 'a secret was printed').not.toContain(password)
  return { exitCode, stdout, stderr }
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return follow(spawn(process.execPath, [...CLI, ...args], { cwd: folder, env: environment(env) }))
}

/** On a pseudo-terminal that `script` (of Debian's essential packages, and of macOS) makes: its input is what is typed. */
function startOnTerminal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const line = [process.execPath, ...CLI, ...args]
  const shellLine = `exec ${line.map((word) => `'${word}'`).join(' ')}`
  const scriptArgs = process.platform === 'linux' ? ['-qec', shellLine, '/dev/null'] : ['-q', '/dev/null', ...line]
  return follow(spawn('script', scriptArgs, { cwd: folder, env: environment(env) }))
}

function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, SHELL: '/bin/sh', DATABASE_URL: url, ...env }
}

function follow(child: ChildProcessWithoutNullStreams): Running {
  const written = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text
    })
  }
  const ended = once(child, 'close').then(([exitCode]: readonly (number | null)[]) => {
    const password = new URL(url).password
    if (password) expect(`${written.stdout}${written.stderr}`, 'a secret was printed').not.toContain(password)
    return { exitCode: exitCode ?? null, ...written }
  })
  return { child, output: () => written.stdout, ended }
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
