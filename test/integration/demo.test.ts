import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const PROJECT = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

let root: string
let repository: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'event-store-demo-'))
  await chmod(root, 0o755)
  repository = join(root, 'repository')
  await run('git', ['init', '--quiet', '--initial-branch=main', repository])
  await commit('Ada', 'first')
  await commit('Grace', 'sécond 😀 "quoted"')
  await git('checkout', '--quiet', '-b', 'side')
  await commit('Ada', 'on a branch')
  await git('checkout', '--quiet', 'main')
  await commit('Grace', 'on main')
  await git('merge', '--quiet', '--no-ff', '-m', 'merged', 'side')
})

afterAll(() => rm(root, { recursive: true, force: true }))

describe('the demo', () => {
  test('imports the history of a repository, and adds only what is new when it is run again', async () => {
    const first = await demo()
    expect(first).toMatch(/5 new events, 0 known before, 2 streams/)
    expect(first).toMatch(/Ada .*│ +3 │ +1 │/)
    expect(first).toMatch(/Grace .*│ +2 │ +0 │/)
    expect(first).toMatch(/WRONG_EXPECTED_VERSION: .*expected version 2, found version 3/)
    expect(first).toMatch(/1 linked now.*; the stream has 1/)
    expect(first).toMatch(/killed with SIGKILL, its checkpoint at [0-5] of 5; starting it again/)
    expect(first).toMatch(/the read model agrees with \$all: 5 commits of 2 authors/)

    expect(await demo()).toMatch(/0 new events, 5 known before, 2 streams; nothing to add/)

    await commit('Linus', 'one more')
    const third = await demo()
    expect(third).toMatch(/1 new events, 5 known before, 3 streams/)
    expect(third).toMatch(/6 events read/)
    expect(third).toMatch(/the read model agrees with \$all: 6 commits of 3 authors/)
    expect(third).toMatch(/0 linked now; the stream has 1/)
  })

  test('says what it needs when it is given no repository', async () => {
    await expect(demo(root)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is not a git repository with commits.*npm run demo/),
    })
  })
})

async function demo(path = repository): Promise<string> {
  const script = join(PROJECT, 'demo/main.ts')
  const { stdout } = await run(process.execPath, ['--import', 'tsx', script, path, '--folder', join(root, 'folder')], {
    cwd: PROJECT,
  })
  return stdout
}

async function commit(author: string, subject: string): Promise<void> {
  await git('commit', '--quiet', '--allow-empty', '--author', `${author} <${author}@example.org>`, '-m', subject)
}

async function git(...command: string[]): Promise<void> {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
  await run('git', ['-C', repository, ...identity, ...command])
}
