#!/usr/bin/env node
import { Interruption } from './failure.ts'
import { run } from './run.ts'

const interruption = new AbortController()
// Once: a second Ctrl-C ends a command that cannot be interrupted gently.
process.once('SIGINT', () => interruption.abort(new Interruption(130)))
process.once('SIGTERM', () => interruption.abort(new Interruption(143)))
// Of standard output, the command hears itself; what cannot be said on standard error cannot be said.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const exitCode = await run(process.argv.slice(2), {
  env: process.env,
  folder: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interruption.signal,
})
// A query that nobody waits for any more would keep the process alive.
if (interruption.signal.aborted) process.exit(exitCode)
if (exitCode !== 0) process.exitCode = exitCode
