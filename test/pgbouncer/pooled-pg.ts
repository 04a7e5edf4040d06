import pg from 'pg'
import { pooledOptions } from './pooled-urls.ts'

export const { Client, types } = pg

/** A pool of the user's that goes through the pooler. Single clients of the tests go past it. */
export class Pool extends pg.Pool {
  constructor(config: pg.PoolConfig = {}) {
    super(pooledOptions(config))
  }
}

export default { ...pg, Pool }
