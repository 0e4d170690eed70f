// Keeps a journal in the directory named first while the disk goes bad and gets well again, as the word named second
// says; prints what it saw as JSON.
import { appendFileSync, chmodSync, chownSync, rmSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { realClock } from '../../src/clock.ts'
import { openJournal } from '../../src/record/journal/journal.ts'
import { readJournal } from '../../src/record/journal/read.ts'
import { recorder } from '../../src/record/recorder.ts'
import { frozen } from '../frozen.ts'
import { identity } from '../histories.ts'
import { listeningLog } from './silent-log.ts'

const [dir = '', disease = ''] = process.argv.slice(2)
const nobody = 65_534
const ballast = `${dir}/ballast`

const diseases: Readonly<Record<string, { readonly breaks: () => void; readonly heals: () => void }>> = {
  full: { breaks: fillUp, heals: () => rmSync(ballast) },
  removed: { breaks: () => rmSync(dir, { recursive: true }), heals: () => {} },
  'no permission': {
    breaks: () => chmodSync(dir, 0o555),
    heals: () => chmodSync(dir, 0o755),
  },
}
const { breaks, heals } = diseases[disease] ?? { breaks() {}, heals() {} }

if (process.getuid?.() === 0 && disease === 'no permission') {
  chownSync(dir, nobody, nobody)
  process.setgid?.(nobody)
  process.setuid?.(nobody) // root may write anywhere
}
const into = recorder()
const log = listeningLog()
const options = { dir, maxBytes: 1024 * 1024, retryMs: 100, clock: realClock, log, recorder: into }
const journal = await openJournal(options)
let told = 0

await tell(50)
breaks()
await tellUntil(() => journal.status().stopped !== undefined)
const { stopped } = journal.status()
await tell(100)
heals()
await tellUntil(() => journal.status().stopped === undefined)
await tell(10)
await journal.close()
const { snapshot, notes, damaged } = await readJournal(dir)
const same = isDeepStrictEqual(frozen(snapshot), frozen(into.snapshot()))
console.log(
  JSON.stringify({ stopped, said: log.said, told, opened: snapshot.cohorts[0]?.opened, same, notes, damaged }),
)

async function tell(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    told += 1
    const of = { side: 'client', kind: 'tcp-hold', cohort: 'quiet', path: 'service' } as const
    const stamp = { at: realClock.now(), steady: realClock.steady() }
    const news = { type: 'opened', ...of, id: `c${told}`, peer: identity('server-1'), tookUs: 500, ...stamp } as const
    into.fold(news)
    journal.sink(news)
  }
  await realClock.sleep(5)
}

async function tellUntil(happened: () => boolean): Promise<void> {
  const deadline = realClock.steady() + 20_000
  while (!happened() && realClock.steady() < deadline) await tell(20)
}

function fillUp(): void {
  try {
    for (const size of [65_536, 1024, 1]) fillWith(Buffer.alloc(size))
  } catch {
    // not a byte is left
  }
}

function fillWith(bytes: Buffer): void {
  try {
    for (;;) appendFileSync(ballast, bytes)
  } catch (error) {
    if (bytes.length === 1) throw error
  }
}
