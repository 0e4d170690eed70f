import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { type Clock, realClock } from '../../src/clock.ts'
import { loadConfig } from '../../src/config/load.ts'
import { start } from '../../src/engine/engine.ts'
import type { Observation } from '../../src/outcome/observation.ts'
import { kinds } from '../../src/probes/index.ts'
import { begin, launcher, written } from '../cli/longhold.ts'
import { freePort } from '../free-port.ts'
import { scenarios } from '../lab/scenarios/index.ts'

const root = new URL('../../', import.meta.url)
const text = (path: string): string => readFileSync(fileURLToPath(new URL(path, root)), 'utf8')

/** The table of `docs/when-parts-fail.md`: what fails, and what shows what is said about it. */
const rows = text('docs/when-parts-fail.md')
  .split('\n')
  .filter(line => /^\| [^-]/.test(line))
  .slice(1)
  .map(line => line.split(' | ').map(cell => cell.replace(/^\| | \|$/g, '').trim()))

describe('what docs/when-parts-fail.md says is shown by a test that is there', () => {
  test.each(rows)('%s', (_part, _does, shown = '') => {
    const tests = [...shown.matchAll(/`([^`]+\.test\.ts)`: ((?:“[^”]+”(?:, )?)+)/g)]
    const staged = [...shown.matchAll(/`npm run lab -- run ([a-z-]+)`/g)].map(([, name]) => name)
    expect(tests.length + staged.length).toBeGreaterThan(0)
    for (const [, file = '', titles = ''] of tests)
      for (const [, title = ''] of titles.matchAll(/“([^”]+)”/g)) expect(text(file)).toContain(title)
    for (const name of staged)
      expect(scenarios.filter(({ tested = true }) => tested).map(each => each.name)).toContain(name)
  })
})

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

test.each([1, -1])(
  'the wall clock is stepped by %s day: connections are held on, and only the clock is told',
  async days => {
    let stepMs = 0
    const clock: Clock = { ...realClock, now: () => realClock.now() + stepMs }
    const at = `127.0.0.1:${await freePort()}`
    const off = { 'http-hold': 'off', 'udp-echo': 'off', dns: 'off' }
    const probe = { kind: 'tcp-hold', name: 'held', to: at, connections: 5, idle: '100ms', spread: '0s' }
    const settings = { web: 'off', journal: 'off', server: { 'tcp-hold': { listen: at }, ...off }, probes: [probe] }
    const { config } = loadConfig(kinds, { command: 'pair', text: JSON.stringify(settings), flags: {}, env: {} })
    const engine = await start({ config, command: 'pair', clock, log: pino({ level: 'silent' }), version: 'test' })
    closers.push(() => engine.stop())
    const seen: Observation[] = []
    engine.subscribe(each => seen.push(each))
    const exchanges = () => seen.filter(each => each.type === 'exchanged' && each.side === 'client').length
    await expect.poll(exchanges, { timeout: 10_000 }).toBeGreaterThan(20)
    stepMs = days * 86_400_000
    const before = exchanges()
    await expect.poll(exchanges, { timeout: 10_000 }).toBeGreaterThan(before + 20)
    await expect.poll(() => seen.filter(({ type }) => type === 'disturbed').length, { timeout: 10_000 }).toBe(1)
    expect(seen.filter(({ type }) => type === 'ended')).toEqual([])
    expect(engine.snapshot().cohorts.filter(({ side }) => side === 'client')).toMatchObject([{ open: 5, opened: 5 }])
    expect(engine.snapshot().verdicts.filter(({ planned }) => !planned)).toEqual([])
  },
)

test('there is IPv6 and nothing else: every kind of probe works, and the web', async () => {
  const kindsThere = {
    'tcp-hold': { listen: '[::1]:7000' },
    'http-hold': { listen: '[::1]:7001' },
    'udp-echo': { listen: '[::1]:7000' },
    dns: { listen: '[::1]:5300' },
  }
  const quick = { connections: 2, idle: '200ms', spread: '0s' }
  const probes = [
    { kind: 'tcp-hold', name: 'held', to: '[::1]:7000', ...quick },
    { kind: 'http-hold', name: 'http', to: '[::1]:7001', ...quick },
    { kind: 'udp-echo', name: 'echo', to: '[::1]:7000', every: '100ms' },
    { kind: 'dns', name: 'dns', servers: ['[::1]:5300'], names: ['any.longhold.test'], every: '100ms' },
  ]
  const file = await written(
    JSON.stringify({ web: { listen: '[::1]:8080' }, journal: 'off', server: kindsThere, probes }),
  )
  const script = `ip link set lo up; ip address del 127.0.0.1/8 dev lo; ! ip -4 address | grep -q inet; exec "$@"`
  const words = ['--net', 'sh', '-ec', script, 'sh', process.execPath, launcher, 'pair', '--once', '--config', file]
  const { code, out, err } = await begin(words.slice(1), { node: 'unshare', script: '--net' }).ended
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('one round: nothing is wrong')
})
