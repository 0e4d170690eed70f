import { expect, test } from 'vitest'
import { breaksOf } from './breaks.ts'
import type { Hop } from './hop.ts'
import { kernelDefault, type Setting } from './setting.ts'

const hop = (name: string, lowS: number, more: Partial<Hop> = {}): Hop => ({
  name,
  lowS,
  highS: lowS,
  refreshed: true,
  ending: 'reset',
  source: 'a test',
  ...more,
})

const set = (idleS: number, intervalS: number, count: number, userTimeoutS = 0): Setting => ({
  idleS,
  intervalS,
  count,
  userTimeoutMs: userTimeoutS * 1000,
})

const two = { losses: 2 }

test.each([
  [
    'the kernel’s own behind IPVS',
    kernelDefault,
    [hop('ipvs', 900)],
    two,
    ['kills probe-kills', 'hurts no-user-timeout'],
  ],
  [
    'an idle within what was measured',
    set(890, 75, 3, 1115),
    [hop('measured', 880, { highS: 905 })],
    two,
    ['kills probe-kills'],
  ],
  ['an idle that a late timer misses', set(340, 60, 3, 520), [hop('nlb', 350)], two, ['kills probe-kills']],
  [
    'each hop that forgets too soon',
    set(1000, 75, 9, 1675),
    [hop('ipvs', 900), hop('nlb', 350)],
    two,
    ['kills probe-kills', 'kills probe-kills'],
  ],
  ['no time for a second probe', set(240, 75, 9, 915), [hop('nlb', 350)], two, ['hurts few-losses']],
  [
    'a user timeout that ends it after one lost probe',
    set(60, 10, 5, 30),
    [hop('nlb', 350)],
    two,
    ['hurts user-timeout-cuts-probes'],
  ],
  ['a user timeout that makes it wait', set(60, 10, 3, 600), [hop('nlb', 3500)], two, ['hurts user-timeout-lengthens']],
  [
    'more than the kernel takes',
    set(40_000, 75, 200, 0),
    [],
    two,
    ['kills kernel-refuses', 'kills kernel-refuses', 'hurts no-user-timeout'],
  ],
  [
    'slower and dearer than wished',
    set(60, 10, 3, 90),
    [hop('nlb', 350)],
    { losses: 2, detectS: 60, packetsPerDay: 100 },
    ['hurts slow-detection', 'hurts over-budget'],
  ],
  ['what is advised', set(115, 25, 3, 190), [hop('nlb', 350)], two, []],
  ['a proxy is not the keepalive’s to keep', set(115, 25, 3, 190), [hop('envoy', 60, { refreshed: false })], two, []],
  ['off', 'off' as const, [hop('ipvs', 900), hop('nlb', 350)], two, ['kills keepalive-off']],
  ['off, and nothing forgets', 'off' as const, [], two, []],
])('%s', (_, setting, hops, wishes, expected) => {
  expect(breaksOf(setting, hops, wishes).map(({ level, name }) => `${level} ${name}`)).toEqual(expected)
})

test('says which packet kills, when, and whose timeout it was', () => {
  const [first] = breaksOf(kernelDefault, [hop('ipvs', 900)], two)
  expect(first?.says).toBe(
    'the first probe comes after 7200 s (2h), when ipvs has forgotten the connection (after 900 s (15m)): the keepalive itself is the packet that is answered with RST, and kills the connection while it is idle.',
  )
  const [silent] = breaksOf(set(400, 10, 3, 430), [hop('gcp', 350, { ending: 'silent' })], two)
  expect(silent?.says).toContain('the connection fails with ETIMEDOUT')
})

test('a user timeout that only a late timer runs into is told as such', () => {
  const [late] = breaksOf(set(7200, 75, 9, 7875), [hop('conntrack', 86_400)], two)
  expect(late).toMatchObject({
    name: 'user-timeout-cuts-probes',
    says: 'TCP_USER_TIMEOUT 7875 s (2h 11m) replaces the count of 9: the connection ends after 1 lost probe where the kernel’s timers are late. 8284 s (2h 18m) would leave room for all of them.',
  })
  expect(breaksOf(set(60, 10, 3, 90), [hop('nlb', 350)], two)).toEqual([])
})
