import * as direct from '../../src/migrations/index.ts'
import { pooledOptions } from './pooled-urls.ts'

export type { MigrationOptions } from '../../src/migrations/index.ts'

export const createDatabase: typeof direct.createDatabase = (options) => direct.createDatabase(pooledOptions(options))
export const dropDatabase: typeof direct.dropDatabase = (options) => direct.dropDatabase(pooledOptions(options))
export const dropSchema: typeof direct.dropSchema = (options) => direct.dropSchema(pooledOptions(options))
export const listMigrations: typeof direct.listMigrations = (options) => direct.listMigrations(pooledOptions(options))
export const migrate: typeof direct.migrate = (options) => direct.migrate(pooledOptions(options))
