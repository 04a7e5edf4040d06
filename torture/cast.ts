import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NodeProcess, type Role } from './node-process.ts'

/** All processes of a run, and the folder of their journals. */
export class Cast implements AsyncDisposable {
  readonly processes: readonly NodeProcess[]
  readonly #folder: string

  private constructor(processes: readonly NodeProcess[], folder: string) {
    this.processes = processes
    this.#folder = folder
  }

  /** None is started yet. `target` is the URL of the server at that moment, `pooler` that of a pooler before it. */
  static async create(
    count: number,
    target: () => string,
    pooler: string | undefined,
    pick: (n: number) => number,
  ): Promise<Cast> {
    const folder = await mkdtemp(join(tmpdir(), 'pg-event-store-journals-'))
    const creating = rolesOf(count).map(({ role, name }) =>
      NodeProcess.create({ role, name, journal: join(folder, `${name}.journal`), target, pooler, pick }),
    )
    return new Cast(await Promise.all(creating), folder)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process[Symbol.asyncDispose]()))
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Half of the processes subscribe, at least three; of the rest every third follows, the others write. */
function rolesOf(count: number): readonly { readonly role: Role; readonly name: string }[] {
  const subscribers = Math.max(3, Math.floor(count / 2))
  const followers = Math.max(1, Math.floor((count - subscribers) / 3))
  const roles: readonly [Role, number][] = [
    ['subscriber', subscribers],
    ['follower', followers],
    ['writer', count - subscribers - followers],
  ]
  return roles.flatMap(([role, many]) =>
    Array.from({ length: many }, (_, index) => ({ role, name: `${role}-${index + 1}` })),
  )
}
