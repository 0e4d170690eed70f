// Keeps a journal in the directory named first and tells one observation every 2 ms until killed. Prints how many were
// told, and how many of these must be with the kernel: all that were told before the write before the last was done.
import { realClock } from '../../src/clock.ts'
import { openJournal } from '../../src/record/journal/journal.ts'
import { recorder } from '../../src/record/recorder.ts'
import { identity } from '../histories.ts'
import { silentLog } from './silent-log.ts'

const [dir = ''] = process.argv.slice(2)
const into = recorder()
const { sink, status } = await openJournal({ dir, clock: realClock, log: silentLog, recorder: into })
const of = { side: 'client', kind: 'tcp-hold', cohort: 'quiet', path: 'service' } as const
let { bytes } = status()
let [before, kept] = [0, 0]
for (let told = 1; ; told++) {
  const stamp = { at: realClock.now(), steady: realClock.steady() }
  const news = { type: 'opened', ...of, id: `c${told}`, peer: identity('server-1'), tookUs: 500, ...stamp } as const
  into.fold(news)
  sink(news)
  await realClock.sleep(2)
  if (status().bytes > bytes) {
    kept = before
    before = told
    bytes = status().bytes
  }
  process.stdout.write(`${told} ${kept}\n`)
}
