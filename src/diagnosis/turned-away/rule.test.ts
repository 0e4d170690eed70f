import { expect, test } from 'vitest'
import { inOrder, series } from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import { ended, examined, exchanged, opened } from '../../../test/stories.ts'
import type { Observation } from '../../outcome/observation.ts'
import { diagnostician } from '../diagnose.ts'
import { turnedAway } from './rule.ts'

/** Connections that are turned away as soon as they said hello. */
const hellos = (reason: string, from = 10, to = 40): Observation[] =>
  Array.from({ length: to - from }, (_, i) => {
    const end = ended(from + i, {
      fate: 'closed',
      phase: 'connect',
      code: `BYE ${reason}`,
      idleMs: 0,
      exchanges: 0,
      lifetimeMs: 0,
    })
    const { id: _id, peer: _peer, ...unknown } = end as Extract<Observation, { type: 'ended' }>
    return { ...unknown, flow: { proto: 'tcp', local: `10.244.1.10:${40_000 + i}`, remote: '10.96.22.22:7000' } }
  })
const echoes = (reason: string): Observation[] =>
  (['fresh', 'pinned'] as const).flatMap(mode =>
    series({
      kind: 'udp-echo',
      probe: 'echo',
      mode,
      from: 10,
      to: 40,
      fares: () => ({ fate: 'wrong-reply', code: `REFUSED ${reason}`, tookUs: 300 }),
    }),
  )
const well = Array.from({ length: 10 }, (_, i) => [
  opened(i, { id: `w${i}` }),
  exchanged(i + 30, { id: `w${i}` }),
]).flat()

test.each(['no-proof', 'bad-proof', 'stale-proof', 'replayed-proof'])(
  '%s: proven, since the server says so',
  reason => {
    const [finding, ...more] = turnedAway.judge(caseFrom(inOrder(well, hellos(reason), [examined(50)])))
    expect(more).toEqual([])
    expect(finding).toMatchObject({ variant: reason, confidence: { level: 'proven' }, explains: { length: 30 } })
    expect(finding?.says).toContain('It says nothing about the network')
  },
)

test.each<[string, readonly Observation[]]>([
  ['connections', hellos('bad-proof')],
  ['echoes', echoes('bad-proof')],
  ['both', inOrder(hellos('bad-proof'), echoes('bad-proof'))],
  ['all there ever was', [...hellos('no-proof', 0, 60)]],
])('nothing else is ever said of %s that are turned away', (_, told) => {
  const judge = diagnostician()
  const looks = Array.from({ length: 12 }, (_each, i) => examined(5 * (i + 1)))
  const verdicts = inOrder(well, told, looks).flatMap(each => judge.fold(each))
  expect(new Set(verdicts.map(({ name }) => name))).toEqual(new Set(['turned-away']))
})

test.each(['server stops', 'overdue', 'duplicate-id', 'max-connections', 'proof'])(
  'nothing is said of a goodbye because of "%s"',
  reason => {
    expect(turnedAway.judge(caseFrom(inOrder(hellos(reason), [examined(50)])))).toEqual([])
  },
)
