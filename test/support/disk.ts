import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findServerUser } from '../../src/postgres/embedded/user.ts'
import { createFolder, type DataDisk } from './own-server.ts'

/** A small disk that only the programs see that are started on it; gone with the process that asked for it, however that ends. */
export interface SmallDisk extends DataDisk {
  /** Takes all the space but so many bytes. */
  fill(left: number): Promise<void>
  /** Gives back what was taken. */
  clear(): Promise<void>
}

/** Set to leave out the tests that need a small disk, where none can be had. */
export const WITHOUT_DISK = process.env.EVENTSTORE_TEST_WITHOUT_DISK === '1'

const NEEDED =
  'A test of a full disk needs a small file system of its own, in memory: Linux with the program unshare, and either root or the right ' +
  'to create user namespaces (sysctl user.max_user_namespaces; in a container, an unconfined seccomp profile). ' +
  'Where neither can be had, leave these tests out with EVENTSTORE_TEST_WITHOUT_DISK=1.'

/** Mounts the disk, waits to be told of the end, and takes the server with it. */
const KEEPER = `
  mount -t tmpfs -o size="$1",mode=0700,uid="$2",gid="$3" tmpfs "$4" || exit 1
  mkdir -m 0700 "$4/place" && chown "$2:$3" "$4/place" || exit 1
  echo mounted
  read -r _
  kill -QUIT $(head -n 1 "$4/place/postmaster.pid" 2>/dev/null) 2>/dev/null
  exit 0`

/** Creates a disk of so many bytes, in memory. Rejects with what is needed for it where that is not given. */
export async function createDisk(bytes: number, holds: DataDisk['holds']): Promise<SmallDisk> {
  const folder = await createFolder()
  const mounted = join(folder, 'disk')
  await mkdir(mounted)
  const root = process.getuid?.() === 0
  const user = await findServerUser(folder)
  // In a user namespace of an ordinary user he is root, and whatever he owns belongs to root.
  const owner = root ? [user?.uid, user?.gid] : [0, 0]
  const keeper = spawn(
    'unshare',
    [...(root ? ['-m'] : ['-r', '-m']), 'sh', '-c', KEEPER, 'sh', String(bytes), ...owner.map(String), mounted],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  let complaint = ''
  keeper.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  const failed = once(keeper, 'close').then(
    () => undefined,
    (error: Error) => {
      complaint += error.message
    },
  )
  const ready = once(createInterface(keeper.stdout), 'line')
  if (!(await Promise.race([ready, failed]))) {
    await rm(folder, { recursive: true, force: true })
    throw new Error(`${NEEDED} Found: ${complaint.trim()}`)
  }
  const { pid } = keeper
  const enter = ['-t', String(pid), '-m', ...(root ? [] : ['-U', '--preserve-credentials']), '--']
  const become = root
    ? ['setpriv', `--reuid=${user?.uid}`, `--regid=${user?.gid}`, '--clear-groups', '--']
    : ['unshare', '-U', `--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`, '--'] // for PostgreSQL refuses root
  const seen = join('/proc', String(pid), 'root', mounted)
  const ballast = join(seen, 'ballast')
  return {
    place: join(mounted, 'place'),
    holds,
    command: (program, args) => ['nsenter', [...enter, ...become, program, ...args]],
    async fill(left) {
      const { bavail, bsize } = await statfs(seen)
      const file = await open(ballast, 'a')
      await file.write(Buffer.alloc(Math.max(0, Number(bavail) * Number(bsize) - left)))
      await file.close()
    },
    clear: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      keeper.stdin.end('\n')
      await failed
      await rm(folder, { recursive: true, force: true })
    },
  }
}
