import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { HistogramLogReader, listTags } from 'hdr-histogram-js'
import { afterEach, expect, test } from 'vitest'
import { listeningLog } from '../../../test/children/silent-log.ts'
import { frozen } from '../../../test/frozen.ts'
import { histories, identity } from '../../../test/histories.ts'
import { realClock } from '../../clock.ts'
import type { Observation } from '../../outcome/observation.ts'
import { type Recorder, recorder } from '../recorder.ts'
import { openJournal } from './journal.ts'
import { readJournal } from './read.ts'

const dirs: string[] = []
const newDir = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'longhold-journal-'))
  dirs.push(dir)
  return dir
}
afterEach(async () => {
  await Promise.all(dirs.splice(0).map(dir => rm(dir, { recursive: true, force: true })))
})

/** One run of a process: told this, then stopped in good order. Returns its recorder. */
async function run(dir: string, history: Iterable<Observation>, more: { maxBytes?: number } = {}): Promise<Recorder> {
  const into = recorder()
  const journal = await openJournal({ dir, clock: realClock, log: listeningLog(), recorder: into, ...more })
  let told = 0
  for (const observation of history) {
    into.fold(observation)
    journal.sink(observation)
    if (++told % 40 === 0) await realClock.sleep(25) // lets some be written meanwhile
  }
  await journal.close()
  return into
}

const opened = (i: number): Observation => ({
  type: 'opened',
  side: 'client',
  kind: 'tcp-hold',
  cohort: 'quiet',
  path: 'service',
  id: `c${i}`,
  peer: identity('server-1'),
  tookUs: 100 + i,
  at: 1_795_000_000_000 + i,
  steady: i,
})
const began = (at: number): Observation => ({
  type: 'began',
  side: 'pair',
  identity: identity('self'),
  version: '0.1.0',
  at,
  steady: 0,
})
const many = (count: number) => Array.from({ length: count }, (_, i) => opened(i))
const files = async (dir: string, ending: string) => (await readdir(dir)).filter(name => name.endsWith(ending)).sort()

test('what is read back is what was live, over rotations and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(histories, { minLength: 1, maxLength: 3 }), async runs => {
      const dir = await newDir()
      let live: Recorder | undefined
      for (const history of runs) live = await run(dir, history, { maxBytes: 256 * 1024 })
      const { snapshot, notes, damaged } = await readJournal(dir)
      expect({ notes, damaged }).toEqual({ notes: [], damaged: 0 })
      expect(frozen(snapshot)).toEqual(live && frozen(live.snapshot()))
      expect(snapshot.runs).toBe(runs.flat().filter(({ type }) => type === 'began').length)
    }),
    { numRuns: 12 },
  )
}, 30_000)

test('an observation is on disk moments later, and a reader may look on', async () => {
  const dir = await newDir()
  const into = recorder()
  const journal = await openJournal({ dir, clock: realClock, log: listeningLog(), recorder: into })
  journal.sink(opened(1))
  await expect.poll(async () => (await readJournal(dir)).snapshot.cohorts[0]?.opened).toBe(1)
  await journal.close()
})

test('it stays within its bytes at every moment, the oldest files go, the totals stay', async () => {
  const dir = await newDir()
  const maxBytes = 128 * 1024
  const into = recorder()
  const journal = await openJournal({ dir, maxBytes, clock: realClock, log: listeningLog(), recorder: into })
  let most = 0
  for (const [i, observation] of many(3000).entries()) {
    into.fold(observation)
    journal.sink(observation)
    if (i % 20 === 19) {
      await realClock.sleep(2)
      const names = (await readdir(dir)).filter(name => name.startsWith('journal-'))
      const sizes = await Promise.all(names.map(name => stat(join(dir, name)).catch(() => ({ size: 0 }))))
      most = Math.max(
        most,
        sizes.reduce((sum, { size }) => sum + size, 0),
      )
    }
  }
  const { bytes } = journal.status()
  await journal.close()
  expect(most).toBeLessThanOrEqual(maxBytes)
  expect(most).toBeGreaterThan(maxBytes / 2)
  expect(bytes).toBeGreaterThan(maxBytes / 4)
  expect(await files(dir, '.jsonl')).not.toContain('journal-000001.jsonl')
  expect((await readJournal(dir)).snapshot.cohorts[0]?.opened).toBe(3000)
}, 30_000)

test('what happens during a rotation is counted once', async () => {
  const dir = await newDir()
  const into = recorder()
  const journal = await openJournal({ dir, maxBytes: 1 << 20, clock: realClock, log: listeningLog(), recorder: into })
  while ((await files(dir, '.jsonl')).length < 4) {
    for (const observation of many(5)) {
      into.fold(observation)
      journal.sink(observation)
    }
    await realClock.sleep(1)
  }
  for (const observation of many(3)) {
    into.fold(observation)
    journal.sink(observation)
  }
  await journal.close()
  expect(frozen((await readJournal(dir)).snapshot)).toEqual(frozen(into.snapshot()))
}, 30_000)

test('a last line torn at any byte is skipped with a note; a whole one without its line end is not', async () => {
  const dir = await newDir()
  await run(dir, many(3))
  const path = join(dir, 'journal-000001.jsonl')
  const lines = (await readFile(path, 'utf8'))
    .split('\n')
    .filter(line => line.includes('"opened"') || line.includes('checkpoint'))
  const whole = lines
    .slice(0, -1)
    .map(line => `${line}\n`)
    .join('')
  const last = lines.at(-1) ?? ''
  expect(lines.length).toBe(4)
  for (let bytes = 0; bytes <= last.length; bytes++) {
    await writeFile(path, whole + last.slice(0, bytes))
    const { snapshot, notes, damaged } = await readJournal(dir)
    const torn = bytes > 0 && bytes < last.length
    expect(snapshot.cohorts[0]?.opened).toBe(bytes === last.length ? 3 : 2)
    expect(damaged).toBe(torn ? 1 : 0)
    expect(notes).toEqual(torn ? [`journal-000001.jsonl:4: skipped a torn last line of ${bytes} bytes`] : [])
  }
}, 30_000)

test('after a torn line the next run goes on, and its files are whole', async () => {
  const dir = await newDir()
  await run(dir, many(3))
  const path = join(dir, 'journal-000001.jsonl')
  await writeFile(path, (await readFile(path, 'utf8')).slice(0, -30))
  await run(dir, many(2))
  const { snapshot, notes } = await readJournal(dir)
  expect(snapshot.cohorts[0]?.opened).toBe(5)
  expect(notes).toHaveLength(1)
  expect(await files(dir, '.jsonl')).toEqual(['journal-000001.jsonl', 'journal-000002.jsonl'])
})

test('damaged lines in the middle are counted, the first of them named by file and line', async () => {
  const dir = await newDir()
  await run(dir, many(40))
  const path = join(dir, 'journal-000001.jsonl')
  const lines = (await readFile(path, 'utf8')).split('\n')
  const spoiled = lines.map((line, i) => (i >= 5 && i < 30 ? line.replace('"tookUs":', '"tookUs":"') : line))
  await writeFile(path, spoiled.join('\n'))
  const { snapshot, notes, damaged } = await readJournal(dir)
  expect([snapshot.cohorts[0]?.opened, damaged]).toEqual([15, 25])
  expect(notes[0]).toMatch(/^journal-000001\.jsonl:6: skipped a damaged line of \d+ bytes$/)
  expect(notes.at(-1)).toBe('25 damaged lines were skipped in all')
  expect(notes.length).toBeLessThan(25)
})

test('a checkpoint that is damaged costs nothing while the files before it are there', async () => {
  const dir = await newDir()
  await run(dir, many(4))
  await run(dir, many(3))
  const path = join(dir, 'journal-000002.jsonl')
  await writeFile(path, `x${await readFile(path, 'utf8')}`)
  expect((await readJournal(dir)).snapshot.cohorts[0]?.opened).toBe(7)
  expect((await run(dir, many(1))).snapshot().cohorts[0]?.opened).toBe(8)
})

test('whatever bytes are in the files, reading ends well', async () => {
  const dir = await newDir()
  await run(dir, many(10))
  const path = join(dir, 'journal-000001.jsonl')
  const good = await readFile(path)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 20 }), async changes => {
      const bad = Buffer.from(good)
      for (const [place, byte] of changes) bad[place] = byte
      await writeFile(path, bad)
      const { snapshot, damaged } = await readJournal(dir)
      expect(snapshot.cohorts.length).toBeLessThanOrEqual(2 + changes.length)
      expect(damaged).toBeLessThanOrEqual(2 * changes.length)
    }),
    { numRuns: 60 },
  )
})

test('runs are told apart, with their times', async () => {
  const dir = await newDir()
  await run(dir, [began(1_795_000_000_000), opened(5)])
  await run(dir, [began(1_795_000_900_000)])
  const { runs, snapshot } = await readJournal(dir)
  expect(runs.map(({ at }) => at)).toEqual([1_795_000_000_000, 1_795_000_900_000])
  expect(runs.every(({ at, until }) => until >= at)).toBe(true)
  expect([snapshot.runs, snapshot.cohorts[0]?.open, snapshot.cohorts[0]?.fateless]).toEqual([2, 0, 1])
})

test('the histogram log is one that HdrHistogram tools read, nothing missing and nothing twice', async () => {
  const dir = await newDir()
  await run(dir, many(500), { maxBytes: 4 * 1024 * 1024 })
  await run(dir, many(70))
  let count = 0
  let most = 0
  for (const name of await files(dir, '.hlog')) {
    const text = await readFile(join(dir, name), 'utf8')
    expect(listTags(text)).toEqual(['client.tcp-hold.quiet.service.connect'])
    const reader = new HistogramLogReader(text)
    for (let next = reader.nextIntervalHistogram(); next; next = reader.nextIntervalHistogram()) {
      count += next.totalCount
      most = Math.max(most, next.maxValue)
      expect(next.startTimeStampMsec).toBeGreaterThan(realClock.now() - 3_600_000)
    }
  }
  expect(count).toBe(570)
  expect(most / 599).toBeCloseTo(1, 1)
})
