import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from './missing.ts'

/** A name for a temporary folder of this process, by which others can tell whether it was abandoned. */
export function temporaryName(prefix: string): string {
  return `${prefix}${process.pid}-${randomBytes(4).toString('hex')}`
}

/** Removes the temporary folders of processes that were killed; what cannot be removed now is left for the next time. */
export async function removeAbandoned(folder: string, prefix: string): Promise<void> {
  const abandoned = (await readdir(folder)).filter(
    (name) => name.startsWith(prefix) && isAbandoned(name.slice(prefix.length)),
  )
  await Promise.allSettled(abandoned.map((name) => rm(join(folder, name), { recursive: true, force: true })))
}

/** Whether a process of this id runs, whoever's it is. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

function isAbandoned(suffix: string): boolean {
  const pid = /^(\d+)-[0-9a-f]{8}$/.exec(suffix)?.[1]
  return pid !== undefined && !isRunning(Number(pid))
}
