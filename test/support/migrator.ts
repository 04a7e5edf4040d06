/** Migrates the database in its first argument, the schema in the second, and prints the names of what it ran as a line of JSON. */
import { migrate } from '../../src/migrations/index.ts'

const [connectionString = '', schema = ''] = process.argv.slice(2)
const ran = await migrate({ connectionString, schema })
process.stdout.write(`${JSON.stringify(ran.map(({ name }) => name))}\n`)
process.stdin.resume()
