import { readFile, writeFile } from 'node:fs/promises'

/** One thing that was measured, several times. */
export interface Measurement {
  /** The suite, as it is given on the command line: `append`, `read` … */
  readonly suite: string
  /** What was done, e.g. `batches of 100, 50 writers`: the same words in every run, as runs are compared by them. */
  readonly name: string
  readonly unit: 'events/s' | 'appends/s' | 'ms' | 'MB'
  readonly better: 'more' | 'less'
  readonly samples: readonly number[]
  /** The name of the measurement of this suite that it is to be seen in relation to. */
  readonly comparedTo?: string | undefined
}

/** What a run of benchmarks writes. */
export interface Report {
  readonly version: 1
  /** ISO 8601. */
  readonly startedAt: string
  readonly quick: boolean
  readonly machine: Machine
  readonly server: ServerSettings
  readonly measurements: readonly Measurement[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  /** Bytes. */
  readonly memory: number
  readonly platform: string
  readonly node: string
  readonly packageVersion: string
}

export interface ServerSettings {
  readonly version: string
  /** What decides about durability and speed: fsync, synchronous_commit, shared_buffers, wal_level … */
  readonly settings: Readonly<Record<string, string>>
}

export async function writeReport(path: string, report: Report): Promise<void> {
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`)
}

/** Reads a report. Throws with a sentence for a file that is none. */
export async function readReport(path: string): Promise<Report> {
  const content = await readFile(path, 'utf8').catch((cause) => {
    throw new Error(`${path} cannot be read; expected a file that npm run bench wrote`, { cause })
  })
  const report = parse(content)
  if (isReport(report)) return report
  throw new Error(`${path} is not a report of these benchmarks; npm run bench writes one`)
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function isReport(value: unknown): value is Report {
  if (!isRecord(value) || value.version !== 1 || typeof value.startedAt !== 'string') return false
  const { machine, server, measurements } = value
  if (!isRecord(machine) || !isRecord(server) || !isRecord(server.settings)) return false
  return Array.isArray(measurements) && measurements.every(isMeasurement)
}

function isMeasurement(value: unknown): value is Measurement {
  if (!isRecord(value) || !Array.isArray(value.samples) || value.samples.length === 0) return false
  const texts = [value.suite, value.name, value.unit, value.better]
  return texts.every((text) => typeof text === 'string') && value.samples.every((sample) => Number.isFinite(sample))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
