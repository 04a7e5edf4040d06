/** Reads events of `$all` one by one, and prints the most memory that this process ever had. In JavaScript, as a compiler takes some. */
const [index = '', connectionString = '', limit = ''] = process.argv.slice(2)
const { EventStore } = await import(index)
const store = new EventStore({ connectionString })
const began = performance.now()
let read = 0
for await (const _ of store.read('$all', { limit: Number(limit) })) read++
const seconds = (performance.now() - began) / 1_000
await store.close()
if (read !== Number(limit)) throw new Error(`${limit} events were to be read, and ${read} were`)
console.log(JSON.stringify({ megabytes: process.resourceUsage().maxRSS / 1_024, rate: read / seconds }))
