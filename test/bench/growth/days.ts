import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pino } from 'pino'
import { realClock } from '../../../src/clock.ts'
import { diagnostician } from '../../../src/diagnosis/diagnose.ts'
import type { Observation } from '../../../src/outcome/observation.ts'
import { openJournal } from '../../../src/record/journal/journal.ts'
import { recorder as newRecorder } from '../../../src/record/recorder.ts'
import { asked, ended, examined, exchanged, missed, opened } from '../../stories.ts'
import type { Grown } from './grown.ts'

// A client's memory of its days, in a process of its own: recorder, rules and journal fold what was observed, as fast as they can.
//
//     node --expose-gc days.ts DAYS
//
// After each of 1, 2, 4, ... days a line of JSON says what they hold.

const days = Number(process.argv[2])
const cohorts = ['none', 'sixty', 'ladder', 'server-first', 'pod']
const every = 30

/** Connections are opened, survive, are lost now and then, and servers are replaced every half hour. */
function* day(number: number): Generator<Observation> {
  for (let s = number * 86_400; s < (number + 1) * 86_400; s += every) {
    const generation = Math.floor(s / 1800)
    const ip = `10.244.2.${generation % 200}`
    const peer = { pod: `srv-${generation}`, node: 'node-b', ip, instance: `i${generation}` }
    for (const cohort of cohorts) {
      const of = { cohort, id: `${cohort}${s}`, peer }
      yield opened(s, of)
      yield exchanged(s, of)
      if (s % 1800 === 0) yield ended(s + 1, { ...of, planned: true, fate: 'closed' })
      else if (s % 3600 === 90) yield ended(s + 1, of)
    }
    yield asked(s)
    if (s % 3600 === 0) yield missed(s, { mode: 'pinned' })
    if (s % 600 === 0) yield examined(s + 2, { own: { netstat: { at: s, value: { 'Tcp.OutRsts': s } } } })
  }
}

const dir = mkdtempSync(join(tmpdir(), 'longhold-growth-'))
const recorder = newRecorder()
const journal = await openJournal({ dir, clock: realClock, log: pino({ level: 'silent' }), recorder })
const judge = diagnostician()
let observations = 0
let cpuUs = 0

function told(news: Observation): void {
  observations += 1
  recorder.fold(news)
  journal.sink(news)
  for (const verdict of judge.fold(news)) {
    const word: Observation = { type: 'judged', verdict, at: news.at, steady: news.steady }
    recorder.fold(word)
    journal.sink(word)
  }
}

for (let number = 0; number < days; number++) {
  const [before, seen] = [process.cpuUsage(), observations]
  let turn = 0
  for (const news of day(number)) {
    told(news)
    if (++turn % 500 === 0) await setImmediate() // the journal writes
  }
  const { user, system } = process.cpuUsage(before)
  cpuUs = (user + system) / (observations - seen)
  if (Math.log2(number + 1) % 1 === 0) await say(number + 1)
}
await journal.close()
rmSync(dir, { recursive: true })

async function say(after: number): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 500)) // what waits is written
  globalThis.gc?.()
  globalThis.gc?.()
  const files = readdirSync(dir).map(name => statSync(join(dir, name)).size)
  const grown: Grown = {
    days: after,
    heapBytes: process.memoryUsage().heapUsed,
    snapshotBytes: JSON.stringify(recorder.snapshot()).length,
    journalBytes: files.reduce((sum, size) => sum + size, 0),
    cpuUs,
  }
  process.stdout.write(`${JSON.stringify(grown)}\n`)
}
