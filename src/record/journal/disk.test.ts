import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { silentLog } from '../../../test/children/silent-log.ts'
import { realClock } from '../../clock.ts'
import { Problem } from '../../outcome/problem.ts'
import { recorder } from '../recorder.ts'
import { openJournal } from './journal.ts'
import { readJournal } from './read.ts'

const child = (name: string) => join(import.meta.dirname, '../../../test/children', name)
const open = (dir: string) => openJournal({ dir, clock: realClock, log: silentLog, recorder: recorder() })

const dirs: string[] = []
const newDir = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'longhold-disk-'))
  dirs.push(dir)
  return dir
}
afterEach(async () => {
  await Promise.all(dirs.splice(0).map(dir => rm(dir, { recursive: true, force: true })))
})

test('after kill -9 everything the kernel was handed is there, and a new process goes on at once', async () => {
  for (const livesMs of [400, 700]) {
    const dir = await newDir()
    const process_ = spawn(process.execPath, [child('tells-until-killed.ts'), dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let [told, kept] = [0, 0]
    const lines = createInterface(process_.stdout)
    lines.on('line', line => {
      ;[told = 0, kept = 0] = line.split(' ').map(Number)
    })
    await expect.poll(() => kept, { timeout: 10_000 }).toBeGreaterThan(0)
    await expect(open(dir)).rejects.toThrow(new RegExp(`lock is held by another longhold \\(pid ${process_.pid} on `))
    await realClock.sleep(livesMs)
    process_.kill('SIGKILL')
    await new Promise(resolve => process_.once('close', resolve))

    const { snapshot, damaged } = await readJournal(dir)
    const written = snapshot.cohorts[0]?.opened ?? 0
    expect(kept).toBeGreaterThan(told / 2)
    expect(written).toBeGreaterThanOrEqual(kept)
    expect(written).toBeLessThanOrEqual(told + 1)
    expect(damaged).toBeLessThanOrEqual(1)

    const again = recorder()
    const journal = await openJournal({ dir, clock: realClock, log: silentLog, recorder: again })
    expect(again.snapshot().cohorts[0]?.opened).toBe(written)
    await journal.close()
  }
}, 30_000)

interface Report {
  readonly stopped: string
  readonly said: readonly string[]
  readonly told: number
  readonly opened: number
  readonly same: boolean
  readonly notes: readonly string[]
}

const run = promisify(execFile)
const parse = (text: string) => JSON.parse(text) as Report // what the child prints

async function onSmallDisk(dir: string, disease: string): Promise<Report> {
  const script = 'mount -t tmpfs -o size=4m tmpfs "$1" && exec "$2" "$3" "$1" "$4"'
  const args = [
    process.getuid?.() === 0 ? '-m' : '-rm',
    'sh',
    '-c',
    script,
    'sh',
    dir,
    process.execPath,
    child('meets-a-bad-disk.ts'),
    disease,
  ]
  return parse((await run('unshare', args)).stdout)
}

async function onThisDisk(dir: string, disease: string): Promise<Report> {
  return parse((await run(process.execPath, [child('meets-a-bad-disk.ts'), dir, disease])).stdout)
}

test.each([
  ['full', onSmallDisk, /^the disk is full \(ENOSPC\)$/],
  ['removed', onThisDisk, /\(ENOENT\)$/],
  ['no permission', onThisDisk, /^no permission to write there \(EACCES\)$/],
] as const)(
  'a disk gone bad (%s) stops the journal, not the probe; it goes on by itself and the totals are whole',
  async (disease, where, reason) => {
    const dir = await newDir()
    const { stopped, said, told, opened, same, notes } = await where(dir, disease)
    expect(stopped).toMatch(reason)
    expect(said).toEqual([
      `the journal in ${dir} stopped: ${stopped}. Probing goes on; the journal tries again every 0 s.`,
      expect.stringMatching(
        /^the journal in .* goes on after \d+ s: \d+ observations have no line, the totals have them$/,
      ),
    ])
    expect(opened).toBe(told)
    expect(same).toBe(true)
    expect(notes.some(note => note.includes(`observations have no line (${stopped}); the totals have them`))).toBe(true)
  },
  40_000,
)

test('one directory has one writer: the second gets a Problem with the fix, until the first is done', async () => {
  const dir = await newDir()
  const first = await open(dir)
  const second: unknown = await open(dir).catch((error: unknown) => error)
  expect(second).toBeInstanceOf(Problem)
  expect(String(second)).toContain(`${dir}/lock is held by another longhold (pid ${process.pid} on `)
  expect(String(second)).toContain('--journal')
  await first.close()
  await (await open(dir)).close()
})

test('a directory that is missing is made, its parents too', async () => {
  const dir = join(await newDir(), 'a', 'b')
  await (await open(dir)).close()
  expect(await readdir(dir)).toContain('journal-000001.jsonl')
})

test('a lock file left behind by a process that is gone holds nobody up', async () => {
  const dir = await newDir()
  await writeFile(join(dir, 'lock'), `pid ${process.pid} on here\n`)
  await (await open(dir)).close()
})

test('a directory that cannot be is a Problem: where, why, and what to do', async () => {
  const dir = await newDir()
  await writeFile(join(dir, 'file'), '')
  await symlink('nowhere', join(dir, 'dangling'))
  for (const [path, why] of [
    [join(dir, 'file'), 'EEXIST'],
    [join(dir, 'file', 'below'), 'ENOTDIR'],
    [join(dir, 'dangling', 'below'), 'EEXIST'],
    ['/proc/longhold', 'ENOENT'],
  ] as const) {
    const problem: unknown = await open(path).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Problem)
    expect(String(problem)).toMatch(new RegExp(`directory ${path} cannot be used: .*\\(${why}\\); make it writable`))
  }
})

test('reading where no journal is says so', async () => {
  const dir = await newDir()
  await expect(readJournal(dir)).rejects.toThrow(/there is no journal in .*--journal/)
  await expect(readJournal(join(dir, 'none'))).rejects.toThrow(/cannot read the journal in .*ENOENT/)
})
