import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { type SimulatedCohort, simulatedJournal, simulatedRun } from '../pools.ts'
import { freePort } from '../free-port.ts'
import { begin, launcher, longhold, written } from './longhold.ts'

const quiet = (cohort: string, rate: number, connections = 30): SimulatedCohort => ({
  cohort,
  connections,
  idleMs: 900_000,
  rate,
})
const run = (cohorts: readonly SimulatedCohort[], seed = 1) => simulatedRun(cohorts, { hours: 12, seed })
const sideBySide = () =>
  simulatedJournal(
    run([quiet('baseline-a', 0.02), quiet('baseline-b', 0), quiet('canary-a', 0.12), quiet('canary-b', 0)]),
  )

const compare = async (...args: readonly string[]) => {
  const { code, out, err } = await longhold(['compare', ...args])
  return { code, out, err }
}
const told = (out: string) => JSON.parse(out) as Record<string, unknown>

test('a canary that loses more than its baseline is worse: 3; the other way round it is better: 0', async () => {
  const dir = await sideBySide()
  const worse = await compare(`${dir}:cohort=baseline*`, `${dir}:cohort=canary*`)
  expect([worse.code, worse.err]).toEqual([3, ''])
  expect(worse.out.trim().split('\n').at(-1)).toMatch(
    /^B is worse: B loses [\d.]+ connections in 1000 connection-hours, A [\d.]+, [\d.]+ times as many \(/,
  )
  for (const word of ['Pools\n', 'baseline-a', 'canary-a', 'together', 'p50', 'Silences survived (log-rank p'])
    expect(worse.out).toContain(word)
  const better = await compare(`${dir}:cohort=canary*`, `${dir}:cohort=baseline*`)
  expect([better.code, better.out.includes('B is better:')]).toEqual([0, true])
})

test('--json has it all for a pipeline, units in the names', async () => {
  const dir = await sideBySide()
  const { code, out } = await compare(`${dir}:cohort=baseline-*`, `${dir}:cohort=canary-*`, '--json')
  expect(code).toBe(3)
  expect(told(out)).toMatchObject({
    format: 1,
    result: 'worse',
    because: 'faults',
    exitCode: 3,
    needed: null,
    a: { side: 'client', cohorts: [{ cohort: 'baseline-a', comparedAs: 'a' }, { cohort: 'baseline-b' }] },
    total: {
      b: {
        exposureConnectionHours: expect.closeTo(705, -2) as number,
        faultsPer1000ConnectionHours: { rate: expect.any(Number) as number, low: expect.any(Number) as number },
      },
      faultRateRatio: { ratio: expect.any(Number) as number, p: expect.any(Number) as number },
    },
    cohorts: [{ comparedAs: 'a' }, { comparedAs: 'b', faultRateRatio: { ratio: null, low: 0, high: null, p: 1 } }],
    exchangeLatency: [{ percentile: 50 }, { percentile: 90 }, { percentile: 99 }, { percentile: 99.9, ratio: null }],
    survival: { logRank: { p: expect.any(Number) as number } },
  })
  expect(await compare(`${dir}:cohort=baseline-*`, `${dir}:cohort=canary-*`, '--json')).toMatchObject({ out })
})

test('too little exposure passes, unless --strict: 4; what is negligible passes for certain', async () => {
  const [a, b] = [await simulatedJournal(run([quiet('q', 0)])), await simulatedJournal(run([quiet('q', 0)], 2))]
  const lax = await compare(a, b)
  expect(lax.code).toBe(0)
  expect(lax.out).toMatch(
    /Too little exposure to tell: neither lost a connection, .* at least \d+ connection-hours more in A/,
  )
  expect((await compare(a, b, '--strict')).code).toBe(4)
  const negligible = await compare(a, b, '--strict', '--negligible', '15')
  expect(negligible.code).toBe(0)
  expect(negligible.out).toContain('No difference that matters: B loses 1')
  const strict = await compare(a, b, '--strict', '--json')
  expect(told(strict.out)).toMatchObject({ result: 'too-little-exposure', needed: { atLeast: true } })
})

test('enough exposure and alike: no difference, and what would have been found', async () => {
  const dir = await simulatedJournal(run([quiet('a-x', 0.4, 60), quiet('b-x', 0.4, 60)]))
  const { code, out } = await compare(`${dir}:cohort=a-*`, `${dir}:cohort=b-*`, '--strict')
  expect(code).toBe(0)
  expect(out).toMatch(
    /No difference that this much exposure could show: .*; a rate 1\.\d+ times as high would have been found in 80 % of cases\./,
  )
})

test('two times of one journal: absolute, relative to its end, and the whole by report', async () => {
  const whole = run([quiet('q', 0.2)])
  const cut = Math.floor(whole.length / 2)
  const dir = await simulatedJournal(whole.slice(0, cut), whole.slice(cut))
  const absolute = await compare(
    `${dir}@2026-11-20T10:00/14:00`,
    `${dir}@2026-11-20T16:00Z/2026-11-20T21:00+01:00`,
    '--json',
  )
  expect(told(absolute.out)).toMatchObject({
    a: { fromMs: Date.UTC(2026, 10, 20, 10), toMs: Date.UTC(2026, 10, 20, 14) },
    b: { fromMs: Date.UTC(2026, 10, 20, 16), toMs: Date.UTC(2026, 10, 20, 20) },
    total: { a: { exposureConnectionHours: expect.closeTo(120, -1) as number } },
  })
  const relative = told((await compare(`${dir}@/-3h`, `${dir}@-3h/`, '--json')).out) as {
    a: { cohorts: { resets: number }[]; toMs: number }
    b: { cohorts: { resets: number }[]; fromMs: number; toMs: number }
  }
  expect(relative.b.fromMs).toBe(relative.a.toMs)
  expect(relative.b.toMs - relative.b.fromMs).toBe(3 * 3_600_000)
  const report = JSON.parse((await longhold(['report', dir, '--json'])).out) as { cohorts: { faults: number }[] }
  expect((relative.a.cohorts[0]?.resets ?? 0) + (relative.b.cohorts[0]?.resets ?? 0)).toBe(report.cohorts[0]?.faults)
})

test.each<[string, (dir: string) => string[], string]>([
  ['no such directory', dir => [`${dir}/no`, dir], 'cannot read the journal in '],
  ['a pool that matches nothing', dir => [dir, `${dir}:cohort=cnary*`], 'B: no cohort of the journal in '],
  ['... says what there is', dir => [dir, `${dir}:cohort=cnary*`], 'there are q (tcp-hold, service)'],
  ['a time that is none', dir => [`${dir}@2026-11-31/`, dir], 'A: expected a time such as 2026-11-20, '],
  [
    'a time that is elsewhere',
    dir => [`${dir}@2025-01-01/2025-01-02`, dir],
    ': nothing of it is from 2025-01-01 00:00:00 to ',
  ],
  ['a range backwards', dir => [`${dir}@-1h/-2h`, dir], 'A: expected a range that begins before it ends, found '],
  ['a pool and itself', dir => [dir, dir], 'A and B overlap: both have q from 2026-11-20 10:00:00 to '],
  [
    'an alpha that is none',
    dir => ['--alpha', '5%', dir, dir],
    '--alpha: expected a number above 0 and below 0.5, found "5%"',
  ],
  ['one pool alone', dir => [dir], "missing required argument 'b'"],
])('%s: a sentence, and exit code 2', async (_, args, sentence) => {
  const dir = await simulatedJournal(run([quiet('q', 0, 2)]))
  const { code, out, err } = await compare(...args(dir))
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(sentence)
  expect(err).not.toMatch(/^\s+at /m)
})

test('damaged lines and gaps are told and not in the way', async () => {
  const before = run([quiet('q', 0.2)])
  const [a, b] = [await simulatedJournal(before), await simulatedJournal(run([quiet('q', 0.2)], 2))]
  const file = join(b, 'journal-000001.jsonl')
  const text = await readFile(file, 'utf8')
  const at = before.at(-1)?.at ?? 0
  const gap = `${JSON.stringify({ journal: 'gap', at, from: at - 1000, missed: 7, reason: 'the disk was full' })}\n`
  await writeFile(file, text.replace('\n{"type":"opened"', '\n{"type":"opnd"'))
  await appendFile(file, `${gap}{"type":"exch`)
  const { code, out } = await compare(a, b)
  expect([0, 3]).toContain(code)
  expect(out).toMatch(/- B: journal-000001\.jsonl:\d+: skipped a damaged line of \d+ bytes\n/)
  expect(out).toContain('skipped a torn last line of 13 bytes')
  expect(out).toContain('B: 7 observations up to ')
  expect(out).toContain('have no line (the disk was full): rates and latencies count them')
})

test('of a real run: a pool that never comes up is worse, its halves are alike', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'longhold-compare-'))
  const [port, closed] = [await freePort(), await freePort()]
  const off = Object.fromEntries(['http-hold', 'dns', 'udp-echo'].map(kind => [kind, 'off']))
  const config = {
    web: 'off',
    journal: { dir: join(dir, 'journal') },
    server: { ...off, 'tcp-hold': { listen: `127.0.0.1:${port}` } },
    probes: [probe('baseline', port), probe('canary', closed)],
  }
  await longhold(['pair', '--config', await written(JSON.stringify(config)), '--for', '4s'])
  const { code, out } = await longhold(['compare', ':cohort=baseline', ':cohort=canary'], { cwd: dir })
  expect(out).toMatch(/B is worse: canary never came up \((\d+) of \1 attempts of B to connect failed\)/)
  expect(out).toContain('B: longhold named dead-backend (')
  expect(code).toBe(3)
  const halves = await longhold(['compare', '@/-2s', '@-2s/'], { cwd: dir })
  expect(halves.out).toContain('Too little exposure to tell: neither lost a connection, in ')
  expect(halves.code).toBe(0)
})

const probe = (name: string, port: number) => ({
  kind: 'tcp-hold',
  name,
  to: `127.0.0.1:${port}`,
  connections: 8,
  idle: '200ms',
  spread: '0s',
  reconnect: { base: '100ms', cap: '200ms' },
})

test('a journal larger than the memory there is', async () => {
  const began = run([quiet('q-a', 0, 1), quiet('q-b', 0, 1)])
  const dir = await simulatedJournal(began)
  const last = began.at(-1) ?? { at: 0, steady: 0 }
  let [written, i] = [0, 0]
  while (written < 64 * 1024 * 1024) {
    const lines = Array.from({ length: 20_000 }, () => {
      i += 1
      const stamp = { at: last.at + i * 50, steady: last.steady + i * 50 }
      const of = { side: 'client', kind: 'tcp-hold', cohort: i % 2 ? 'q-a' : 'q-b', path: 'service' }
      return `${JSON.stringify({ type: 'exchanged', ...of, id: `c-${i % 2}`, speaker: 'client', idleMs: 99, tookUs: 999, ...stamp })}\n`
    }).join('')
    await appendFile(join(dir, 'journal-000001.jsonl'), lines)
    written += lines.length
  }
  const { code, out } = await longhold([launcher, 'compare', `${dir}:cohort=*-a`, `${dir}:cohort=*-b`, '--json'], {
    script: '--max-old-space-size=90',
  })
  await rm(dir, { recursive: true })
  expect(code).toBe(0)
  expect(told(out)).toMatchObject({
    result: 'too-little-exposure',
    exchangeLatency: [{ aUs: { value: expect.closeTo(1000, -1) as number } }, {}, {}, {}],
  })
})

test('colours on a terminal only', async () => {
  const dir = await sideBySide()
  const args = `${launcher} compare ${dir}:cohort=baseline* ${dir}:cohort=canary*`
  const shown = await begin(['-qefc', `${process.execPath} ${args}`, '/dev/null'], {
    node: 'script',
    script: '-q',
    env: { TERM: 'xterm' },
  }).ended
  expect(shown.out).toContain('\u001b[31mB is worse')
  expect(stripVTControlCharacters(shown.out)).toContain('Pools')
  expect((await compare(`${dir}:cohort=baseline*`, `${dir}:cohort=canary*`)).out).not.toContain('\u001b')
})
