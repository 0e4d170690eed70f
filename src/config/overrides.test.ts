import { expect, test } from 'vitest'
import { kinds } from '../probes/index.ts'
import { loadConfig } from './load.ts'
import { overrides } from './overrides.ts'
import { type Command, commands } from './schema.ts'

const probes = `
- {kind: tcp-hold, name: service, to: web}
- {kind: tcp-hold, name: elsewhere, to: 'web:9999', keepalive: {idle: 9s}}
- {kind: tcp-hold, name: pods, path: pod, to: [pods, 10.0.0.9]}`

const loaded = (flags: Record<string, string>, command: Command = 'client') =>
  loadConfig(kinds, { command, text: `probes:${probes}\nserver: {tcp-hold: {}}`, flags, env: {} }).config

const to = (host: string, port = 7000) => ({ host, port })

test.each([
  ['the Service', { server: 'other' }, [[to('other')], [to('other', 9999)], [to('pods'), to('10.0.0.9')]]],
  [
    'the Service and its port',
    { server: 'other:8000' },
    [[to('other', 8000)], [to('other', 9999)], [to('pods'), to('10.0.0.9')]],
  ],
  ['an IPv6 Service', { server: 'fd00::7' }, [[to('fd00::7')], [to('fd00::7', 9999)], [to('pods'), to('10.0.0.9')]]],
  ['the pods', { pods: '[::1]:7' }, [[to('web')], [to('web', 9999)], [to('::1', 7), to('::1', 7)]]],
  [
    'the data port, and no other',
    { port: '7070' },
    [[to('web', 7070)], [to('web', 9999)], [to('pods', 7070), to('10.0.0.9', 7070)]],
  ],
])('%s', (_, flags, expected) => expect(loaded(flags).probes.map(probe => probe.to)).toEqual(expected))

test.each([
  [{ connections: '7' }, { connections: 7 }],
  [{ idle: '20m' }, { idle: { kind: 'fixed', ms: 1_200_000 } }],
  [{ idle: '1m,5m' }, { idle: { kind: 'rungs', ms: [60_000, 300_000] } }],
  [{ keepalive: 'off' }, { keepalive: 'off' }],
  [{ keepalive: '60s' }, { keepalive: { idle: 60_000, interval: 10_000, count: 3 } }],
  [{ keepalive: '60s,5s,9' }, { keepalive: { idle: 60_000, interval: 5000, count: 9 } }],
])('every cohort gets %j', (flags, setting) => {
  for (const probe of loaded(flags).probes) expect(probe).toMatchObject(setting)
})

test.each([
  [{ port: '7070' }, { server: { 'tcp-hold': { listen: { port: 7070 } } } }],
  [{ web: 'off' }, { web: 'off' }],
  [{ web: '127.0.0.1:9' }, { web: { listen: to('127.0.0.1', 9) } }],
  [{ 'web-port': '9' }, { web: { listen: to('0.0.0.0', 9) } }],
  [{ journal: '/data' }, { journal: { dir: '/data', maxBytes: 67_108_864 } }],
  [{ journal: 'off' }, { journal: 'off' }],
  [{ pod: 'a', node: 'b', ip: '10.0.0.1' }, { identity: { pod: 'a', node: 'b', ip: '10.0.0.1' } }],
])('a server with %j', (flags, config) => expect(loaded(flags, 'server')).toMatchObject(config))

test('a server is not told where the server is', () => {
  for (const { flag, commands: on } of overrides) expect(on.length, flag).toBeGreaterThan(0)
  expect(overrides.filter(({ commands: on }) => on.includes('server')).map(({ flag }) => flag)).not.toContain('server')
})

test('every override has a flag and a variable of its own', () => {
  for (const name of ['flag', 'env'] as const)
    expect(new Set(overrides.map(each => each[name])).size).toBe(overrides.length)
  for (const { env } of overrides) expect(env).toMatch(/^LONGHOLD_[A-Z_]+$/)
  expect(overrides.flatMap(({ commands: on }) => on).every(command => commands.includes(command))).toBe(true)
})
