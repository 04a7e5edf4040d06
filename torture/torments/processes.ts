/** What is done to processes and to the network between them and the server. */
import type { Fault } from '../faults.ts'
import { now } from '../journal.ts'
import type { NodeProcess } from '../node-process.ts'
import { endNamed } from './sessions.ts'
import { type Stage, seconds, withClient } from './stage.ts'

export async function kill(stage: Stage, process: NodeProcess, downFor: number): Promise<void> {
  if (!process.running) return
  stage.tell(`kill ${process.name}${downFor > 0 ? `, down for ${seconds(downFor)}` : ''}`)
  await process.kill()
  stage.count('processes killed')
  await stage.wait(downFor)
  process.start()
}

export async function stop(stage: Stage, process: NodeProcess, lasts: number): Promise<void> {
  if (!process.running) return
  stage.tell(`stop ${process.name} for ${seconds(lasts)}`)
  stage.count('processes stopped')
  const from = now()
  const goOn = process.stop()
  await stage.wait(lasts)
  goOn()
  stage.disturbances.push({ process: process.name, from, to: now(), stopped: true })
}

export async function cut(stage: Stage, { name, proxy }: NodeProcess): Promise<void> {
  stage.tell(`cut ${proxy.count()} connections of ${name}`)
  proxy.cut()
  stage.count('connections cut')
}

export async function delay(
  stage: Stage,
  { name, proxy }: NodeProcess,
  { by, lasts }: Extract<Fault, { type: 'delay' }>,
): Promise<void> {
  stage.tell(`delay ${name} by ${by} ms for ${seconds(lasts)}`)
  stage.count('networks delayed')
  proxy.delay(by)
  await disturb(stage, name, lasts)
  proxy.delay(0)
}

export async function blackhole(
  stage: Stage,
  { name, proxy }: NodeProcess,
  { lasts, heal, only, abandoned }: Extract<Fault, { type: 'blackhole' }>,
): Promise<void> {
  const given = abandoned && only !== undefined ? ', given up by the server' : ''
  stage.tell(`blackhole ${name}${describeOnly(only)}${given} for ${seconds(lasts)}, then ${heal}`)
  stage.count('networks blackholed')
  proxy.blackhole(only === undefined ? {} : { only })
  const ending = given && withClient(stage, 'blackhole', (client) => endNamed(client, only ?? ''))
  await Promise.all([disturb(stage, name, lasts), ending])
  proxy.heal(heal)
}

async function disturb(stage: Stage, process: string, lasts: number): Promise<void> {
  const from = now()
  await stage.wait(lasts)
  stage.disturbances.push({ process, from, to: now() })
}

function describeOnly(applicationName: string | undefined): string {
  if (applicationName === undefined) return ''
  return ` (${applicationName === 'eventstore' ? 'pool' : applicationName.replace('eventstore ', '')})`
}
