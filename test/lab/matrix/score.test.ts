import { expect, test } from 'vitest'
import type { Named } from './named.ts'
import { gradeOf } from './score.ts'

const named = (name: string, family: string): Named => ({ name, family, level: 'likely', says: '' })
const ghost = { verdict: 'ipvs-ghost' }

test.each<[string, Pick<Parameters<typeof gradeOf>[0], 'verdict'>, Named[], string]>([
  ['nothing, where nothing is staged', {}, [], 'exact'],
  ['anything, where nothing is staged', {}, [named('packet-loss', 'path')], 'wrong'],
  ['nothing, where something is', ghost, [], 'silent'],
  ['what is staged, in a variant', ghost, [named('ipvs-ghost/tcp', 'stale-flow')], 'exact'],
  ['its family', ghost, [named('stale-flow', 'stale-flow')], 'family'],
  ['it, and something else', ghost, [named('ipvs-ghost/tcp', 'stale-flow'), named('packet-loss', 'path')], 'wrong'],
  [
    'that longhold stood still, besides',
    ghost,
    [named('ipvs-ghost', 'stale-flow'), named('starved', 'ourselves')],
    'exact',
  ],
])('%s', (_, scenario, all, grade) => expect(gradeOf(scenario, all)).toBe(grade))

test('what is true as well counts as the family, by name or family, and nothing else does', () => {
  const died = [named('peer-died/vanished', 'ended')]
  expect(gradeOf(ghost, died)).toBe('wrong')
  expect(gradeOf(ghost, died, ['peer-died/vanished'])).toBe('family')
  expect(gradeOf(ghost, died, ['ended'])).toBe('family')
  expect(gradeOf(ghost, [...died, named('packet-loss', 'path')], ['ended'])).toBe('wrong')
})
