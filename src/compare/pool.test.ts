import { expect, test } from 'vitest'
import type { OfCohort } from '../outcome/observation.ts'
import { matched } from './pattern.ts'
import { calledIn, parsePool } from './pool.ts'

const at = (day: number, hour: number, minute = 0) => ({ atMs: Date.UTC(2026, 10, day, hour, minute) })

test.each([
  ['./before', { dir: './before' }],
  ['', { dir: './journal' }],
  ['/data/journal@2026-11-20T10:00/2026-11-20T12:30', { dir: '/data/journal', from: at(20, 10), to: at(20, 12, 30) }],
  ['./j@2026-11-20T10:00/12:30', { dir: './j', from: at(20, 10), to: at(20, 12, 30) }],
  ['./j@2026-11-20T10:00+01:00/2026-11-20T09:30Z', { dir: './j', from: at(20, 9), to: at(20, 9, 30) }],
  ['./j@2026-11-20/2026-11-21', { dir: './j', from: at(20, 0), to: at(21, 0) }],
  ['./j@/2026-11-21', { dir: './j', to: at(21, 0) }],
  ['./j@1795168800000/', { dir: './j', from: { atMs: 1_795_168_800_000 } }],
  ['@-2h/-1h', { dir: './journal', from: { beforeEndMs: 7_200_000 }, to: { beforeEndMs: 3_600_000 } }],
  ['./me@home', { dir: './me@home' }],
  ['./me@home/journal', { dir: './me@home/journal' }],
  ['C:/journal', { dir: 'C:/journal' }],
  [':cohort=canary*', { dir: './journal', where: [{ field: 'cohort', not: false, pattern: 'canary*' }] }],
  [
    './a@b@-1h/:cohort=canary-*,path=service,cohort!=canary-old',
    {
      dir: './a@b',
      from: { beforeEndMs: 3_600_000 },
      where: [
        { field: 'cohort', not: false, pattern: 'canary-*' },
        { field: 'path', not: false, pattern: 'service' },
        { field: 'cohort', not: true, pattern: 'canary-old' },
      ],
    },
  ],
])('%s is a pool', (text, pool) => {
  expect(parsePool('A', text)).toEqual({ name: 'A', text, where: [], ...pool })
})

test.each([
  [
    './j@2026-02-30/',
    'B: expected a time such as 2026-11-20, 2026-11-20T10:00 (UTC), 1795168800000 or -2h, found "2026-02-30"',
  ],
  ['./j@2026-11-20T25:00/', 'found "2026-11-20T25:00"'],
  [
    './j@2026-11-20T10:00',
    'B: expected a range FROM/TO, such as 2026-11-20T10:00/2026-11-20T12:00 or -2h/-1h, found "2026-11-20T10:00"',
  ],
  ['./j@-2h', 'expected a range FROM/TO'],
  ['./j@-2h/12:00', 'found "12:00"'],
  [':pod=canary', 'B: expected cohort=, kind=, path=, side= and what it has to be, found "pod=canary"'],
  [':cohort=', 'found "cohort="'],
  [':cohort=a,b', 'found "b"'],
  [':path=svc', 'B: expected path=service or path=pod, found "path=svc"'],
  [':side=both', 'B: expected side=client or side=server, found "side=both"'],
])('%s is a mistake: a sentence with what was expected and what was found', (text, sentence) => {
  expect(() => parsePool('B', text)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(sentence) as string, exitCode: 2 }),
  )
})

test('stars stand for anything, the shortest first; everything else for itself', () => {
  expect(matched('canary-*', 'canary-slow')).toBe('slow')
  expect(matched('*-canary-*', 'eu-canary-slow')).toBe('eu*slow')
  expect(matched('canary*', 'canary')).toBe('')
  expect(matched('canary', 'canary')).toBe('')
  expect(matched('canary', 'canary-slow')).toBeUndefined()
  expect(matched('a.c', 'abc')).toBeUndefined()
  expect(matched('(*', '(x')).toBe('x')
})

const of = (cohort: string, more: Partial<OfCohort> = {}): OfCohort => ({
  side: 'client',
  kind: 'tcp-hold',
  cohort,
  path: 'service',
  ...more,
})

test('a cohort is called by its name, or by what the star that chose it stands for', () => {
  expect(calledIn(parsePool('A', './j'), of('slow'))).toBe('slow')
  const pool = parsePool('A', ':cohort=canary-*,path=service,cohort!=*-old')
  expect(calledIn(pool, of('canary-slow'))).toBe('slow')
  expect(calledIn(pool, of('canary-slow', { path: 'pod' }))).toBeUndefined()
  expect(calledIn(pool, of('canary-old'))).toBeUndefined()
  expect(calledIn(pool, of('slow'))).toBeUndefined()
})
