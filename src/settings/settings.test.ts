import { expect, test } from 'vitest'
import { formatAddress, parseAddress } from './address.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { idle, longestSilence, silenceOf } from './fields.ts'
import { keepalive, socketOptions } from './keepalive.ts'

test.each([
  ['250ms', 250],
  ['5s', 5000],
  ['1.5m', 90_000],
  ['1.005s', 1005],
  ['50.4ms', 50],
  ['15m', 900_000],
  ['24h', 86_400_000],
  ['1d', 86_400_000],
  ['5', undefined],
  ['5 parsecs', undefined],
  ['-5s', undefined],
  ['', undefined],
])('%s is %s ms', (text, ms) => expect(parseDuration(text)).toBe(ms))

test.each([250, 1000, 90_000, 900_000, 86_400_000])('%s ms is written so that it reads back', ms =>
  expect(parseDuration(formatDuration(ms))).toBe(ms),
)

test.each([
  ['web', { host: 'web', port: 7000 }],
  ['web.ns.svc.cluster.local:80', { host: 'web.ns.svc.cluster.local', port: 80 }],
  ['10.0.0.1:1', { host: '10.0.0.1', port: 1 }],
  ['[fd00::1]:7', { host: 'fd00::1', port: 7 }],
  ['::1', { host: '::1', port: 7000 }],
  ['10.0.0', undefined],
  ['a b', undefined],
  ['web:99999', undefined],
  ['[web]:80', undefined],
  ['', undefined],
])('address %s', (text, parsed) => {
  expect(parseAddress(text, 7000)).toEqual(parsed)
  if (parsed) expect(parseAddress(formatAddress(parsed), 1)).toEqual(parsed)
})

test('idle is fixed, drawn from a range, or a rung for each connection', () => {
  const fixed = idle.parse('15m')
  const range = idle.parse({ min: '1s', max: '3s' })
  const rungs = idle.parse(['1s', '2s'])
  expect([0, 1].map(index => silenceOf(fixed, index, Math.random))).toEqual([900_000, 900_000])
  expect([0, 0.5, 1].map(draw => silenceOf(range, 0, () => draw))).toEqual([1000, 2000, 3000])
  expect([0, 1, 2].map(index => silenceOf(rungs, index, Math.random))).toEqual([1000, 2000, 1000])
  expect([fixed, range, rungs].map(longestSilence)).toEqual([900_000, 3000, 2000])
  expect(idle.safeParse({ min: '3s', max: '1s' }).success).toBe(false)
  expect(idle.safeParse([]).success).toBe(false)
})

test('keepalive is off, or what the kernel takes in seconds', () => {
  expect(socketOptions(keepalive.parse('off'), 0)).toEqual({ keepalive: undefined, userTimeoutMs: 0 })
  expect(socketOptions(keepalive.parse({ idle: '60s' }), 90_000)).toEqual({
    keepalive: { idleS: 60, intervalS: 10, count: 3 },
    userTimeoutMs: 90_000,
  })
  for (const wrong of ['on', { idle: '1500ms' }, { idle: '60s', probes: 3 }, { idle: '60s', count: 0 }])
    expect(keepalive.safeParse(wrong).success).toBe(false)
})
