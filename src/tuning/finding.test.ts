import { expect, test } from 'vitest'
import { findingOf, inWords, type Sought } from './finding.ts'
import type { Trial } from './trial.ts'

const survived = (silenceMs: number): Trial => ({ silenceMs, atMs: silenceMs, outcome: 'survived' })
const died = (silenceMs: number): Trial => ({ silenceMs, atMs: silenceMs, outcome: 'died', how: 'reset' })

const sought: Sought = {
  protocol: 'longhold',
  transport: 'tcp',
  speaker: 'client',
  state: 'found',
  estimate: {
    kind: 'died',
    lowMs: 880_000,
    highMs: 905_400,
    chance: 1e-9,
    survivedBeyond: 0,
    beyond: 8,
    how: [['reset', 8]],
  },
  trials: [survived(500_000), survived(880_000), died(905_400)],
  refreshed: { refreshes: true, why: '8 of 8 with a keepalive in time lived, 0 of 8 without' },
  servers: 2,
  disturbances: [],
  tookMs: 906_000,
}

test('the bounds, how it dies, and whose default it is', () => {
  const finding = findingOf(sought)
  expect(finding.timeout).toEqual({ lowSeconds: 880, highSeconds: 905.4, confidence: 0.95 })
  expect(finding.says).toBe(
    '880 s to 905 s: the connection is forgotten; where the client speaks first, its first word draws a RST at once.',
  )
  expect(finding.suspects).toEqual([
    { name: 'IPVS, as kube-proxy leaves it', seconds: 900, setAt: 'kube-proxy ipvs.tcpTimeout' },
  ])
  expect(finding.deaths.at(-1)).toEqual({ leftSeconds: 880, rightSeconds: 905.4, share: 1 })
})

const between = (low: number, high: number) =>
  findingOf({
    ...sought,
    estimate: { ...sought.estimate, lowMs: low * 1000, highMs: high * 1000 } as Sought['estimate'],
  })

test('a timer of the kernel is late: what IPVS was to forget after 900 s lived for 910', () => {
  expect(between(910, 916).suspects.map(({ seconds }) => seconds)).toEqual([900])
  expect(between(1020, 1026).suspects).toEqual([])
})

test('bounds far apart accuse nobody', () => {
  expect(between(500, 905.4).suspects).toEqual([])
})

test('a FIN is the peer’s own timeout, and may be a proxy’s', () => {
  const finding = findingOf({
    ...sought,
    protocol: 'http',
    estimate: {
      kind: 'cut',
      lowMs: 75_000,
      highMs: 75_040,
      chance: 0,
      survivedBeyond: 0,
      beyond: 50,
      how: [['closed', 50]],
    },
  })
  expect(finding.ends).toBe('at the moment of expiry')
  expect(finding.says).toContain("the peer's own idle timeout")
  expect(finding.suspects.map(({ name }) => name)).toEqual(['nginx, HTTP keep-alive of clients'])
  expect(finding.notTold).toEqual(['A FIN does not say who sent it: the peer, or a proxy on the way.'])
})

test('a single backend heals silently where the client speaks first, and that is said', () => {
  const finding = findingOf({
    ...sought,
    state: 'none',
    servers: 1,
    estimate: { kind: 'open', lowMs: 7_500_000 },
    trials: [survived(7_500_000)],
  })
  expect(finding.timeout).toBeNull()
  expect(finding.survivedSeconds).toBe(7500)
  expect(finding.says).toBe('Nothing died: silences up to 7500 s were survived.')
  expect(finding.notTold[0]).toContain('server-first ladder tells')
})

test('where all that is left is chance, no number is told', () => {
  const finding = findingOf({ ...sought, state: 'disturbed' })
  expect(finding.timeout).toBeNull()
  expect(finding.says).toContain('whatever their age')
})

test('durations are as precise as they were measured', () => {
  expect([50, 3120, 14_680, 905_400, 86_400_000].map(inWords)).toEqual([
    '50 ms',
    '3.12 s',
    '14.7 s',
    '905 s',
    '24.00 h',
  ])
})
