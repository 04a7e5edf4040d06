import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from './page.ts'

interface Manifest {
  readonly name: string
  readonly scripts: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string>>
}

/** The package's own package.json. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'))
}
