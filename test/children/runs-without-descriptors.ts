import { closeSync, openSync } from 'node:fs'
import { realClock } from '../../src/clock.ts'
import { followWith } from '../../src/evidence/follow.ts'
import { machineAt } from '../../src/evidence/machine.ts'

// Opens all files a process may, then runs commands; prints what they say as JSON. It lives through it.

const files: number[] = []
const { run } = machineAt('/', realClock)(new AbortController().signal)
const said: string[] = []
try {
  for (;;) files.push(openSync('/dev/null', 'r'))
} catch {
  // now there are none left
}
const ran = run('true', []).then(
  () => 'it ran',
  (error: Error) => error.message,
)
const followed = new Promise<string>(resolve => followWith(realClock)('true', [], () => {}, resolve))
said.push(await ran, await followed)
for (const file of files) closeSync(file)
said.push(await run('echo', ['there again']))
process.stdout.write(JSON.stringify(said))
