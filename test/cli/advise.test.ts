import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { admitsToken } from '../../src/http/token.ts'
import { sysctl } from '../../src/evidence/sysctl/facts.ts'
import { presets } from '../../src/tuning/presets.ts'
import { targets } from '../../src/tuning/snippets/index.ts'
import { exampleAgent, exampleSource } from '../agent-example.ts'
import { freePort } from '../free-port.ts'
import { begin, launcher, longhold } from './longhold.ts'

interface Told {
  readonly exitCode: number
  readonly path: readonly { readonly hop: string; readonly timeout: { readonly lowSeconds: number } }[]
  readonly advice: Record<string, number> | null
  readonly cannotBeHad: readonly { readonly wish: string }[]
  readonly applicationMustSpeak: readonly { readonly hop: string; readonly everySeconds: number }[]
  readonly current: Record<string, unknown> & {
    readonly breaks: readonly { readonly level: string; readonly name: string }[]
  }
  readonly settings: readonly { readonly target: string; readonly text: string }[]
}

async function advised(...args: readonly string[]): Promise<{ code: number | null; told: Told }> {
  const { code, out, err } = await longhold(['advise', ...args, '--json'])
  expect(err).toBe('')
  return { code, told: JSON.parse(out) as Told }
}

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'longhold-advise-')), 'found')
  writeFileSync(path, text)
  return path
}

test('the shortest of all that is known of a path counts, and numbers have their units in their names', async () => {
  const { code, told } = await advised('--measured', '880s..905s', '--lb', '350s', '--preset', 'envoy', '--for', 'node')
  expect([code, told.exitCode]).toEqual([0, 0])
  expect(told.path.map(({ hop }) => hop)).toEqual(['measured', 'lb', 'envoy'])
  expect(told.advice).toEqual({
    idleSeconds: 115,
    intervalSeconds: 25,
    countProbes: 3,
    userTimeoutMilliseconds: 190_000,
    toleratedLostProbes: 2,
    packetsPerDay: expect.closeTo(1502.6, 1) as number,
    idleDetectionSeconds: 190,
    idleDetectionAtMostSeconds: expect.closeTo(214.1, 1) as number,
    inFlightDetectionSeconds: 190,
  })
  expect(told.applicationMustSpeak).toEqual([{ hop: 'envoy', everySeconds: 1200 }])
  expect(told.settings.map(({ target }) => target)).toEqual(['node'])
  expect(told.settings[0]?.text).toContain('setKeepAlive(true, 115000, 25000, 3)')
})

test('what is set now and does not survive: 3, with the reason', async () => {
  const { code, told } = await advised('--ipvs', '900s', '--current', '7200s/75s/9')
  expect(code).toBe(3)
  expect(told.current.breaks.map(({ level, name }) => `${level} ${name}`)).toEqual([
    'kills probe-kills',
    'hurts no-user-timeout',
  ])
  const off = await advised('--ipvs', '900s', '--current', 'off')
  expect([off.code, off.told.current['keepalive']]).toEqual([3, 'off'])
  expect((await advised('--ipvs', '900s', '--current', '300s/60s/3/480s')).code).toBe(0)
})

test('a wish that cannot be had: 4, with what is nearest', async () => {
  const { code, told } = await advised('--lb', '350s', '--detect', '60s', '--packets-per-day', '1200')
  expect(code).toBe(4)
  expect(told.cannotBeHad).toMatchObject([{ wish: 'budget', wantedPacketsPerDay: 1200, nearestPacketsPerDay: 5760 }])
  const none = await advised('--lb', '600ms')
  expect([none.code, none.told.advice, none.told.settings]).toEqual([4, null, []])
})

test('what a search found is read from its file: the direction that is forgotten first counts', async () => {
  const findings = [
    { speaker: 'client', timeout: { lowSeconds: 880, highSeconds: 905 }, ends: 'at the first word', how: { reset: 5 } },
    { speaker: 'server', timeout: { lowSeconds: 600, highSeconds: 1200 }, ends: 'at the first word', how: {} },
  ]
  const found = { target: 'a:1', timeout: { lowSeconds: 880, highSeconds: 905, confidence: 0.95 }, findings }
  const { told } = await advised('--search', file(JSON.stringify(found)))
  expect(told.path).toMatchObject([
    { hop: 'measured', timeout: { lowSeconds: 600, highSeconds: 905 }, onExpiry: 'reset' },
  ])
  expect(told.advice).toMatchObject({ idleSeconds: 200 })
})

test('where a search saw that keepalive does not count, the application has to speak', async () => {
  const timeout = { lowSeconds: 57, highSeconds: 61 }
  const finding = { timeout, ends: 'at the moment of expiry', how: { closed: 3 }, keepaliveRefreshes: false }
  const { told } = await advised('--search', file(JSON.stringify({ timeout, findings: [finding] })))
  expect(told.path).toMatchObject([{ refreshedByKeepalive: false, onExpiry: 'closed' }])
  expect(told.applicationMustSpeak).toEqual([{ hop: 'measured', everySeconds: 19 }])
  const udp = await advised('--search', file(JSON.stringify({ protocol: 'udp', timeout, findings: [] })))
  expect(udp.told.applicationMustSpeak).toEqual([{ hop: 'measured', everySeconds: 19 }])
})

test('an agent tells of its node’s timers and keepalive, whoever has the token', async () => {
  const token = 'a-token-of-the-test'
  const source = exampleSource('sysctl', async () => ({
    'net.netfilter.nf_conntrack_tcp_timeout_established': 1200,
    'net.ipv4.tcp_keepalive_time': 7200,
  }))
  const agent = await exampleAgent([{ ...source, facts: sysctl }], { admits: admitsToken(token, 'the test') })
  const asked = await longhold(['advise', '--agent', agent.listens, '--token-file', file(`${token}\n`), '--json'])
  const refused = await longhold(['advise', '--agent', agent.listens, '--json'])
  await agent.close()
  const told = JSON.parse(asked.out) as Told
  expect(asked.code).toBe(0) // the node's keepalive is not its pods': it is shown, and nobody fails for it
  expect(told.path).toMatchObject([{ hop: 'conntrack', timeout: { lowSeconds: 1200 } }])
  expect(told.current.breaks.map(({ name }) => name)).toContain('probe-kills')
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('it answers 401') as string })
})

describe('people', () => {
  test('get the path, the setting and its price, why, what breaks, and settings to paste', async () => {
    const { code, out } = await longhold(['advise', '--preset', 'aws-nlb'])
    expect(code).toBe(0)
    expect(out).toMatch(/^Path\nHop +Forgets after/)
    for (const words of [
      'idle                    115 s',
      'idle (decides): aws-nlb forgets after 350 s',
      'What breaks with 7200s/75s/9 (the kernel’s own',
      '      value: "115"',
      'net.ipv4.tcp_keepalive_time = 115',
      'https://docs.aws.amazon.com/',
    ])
      expect(out).toContain(words)
    expect(out).not.toContain('\u001b')
  })

  test('get colours on a terminal only', async () => {
    const args = ['-qefc', `${process.execPath} ${launcher} advise --preset envoy`, '/dev/null']
    const { out } = await begin(args, { node: 'script', script: args.shift() ?? '', env: { TERM: 'xterm' } }).ended
    expect(out).toContain('\u001b[')
    expect(stripVTControlCharacters(out)).toContain('What keepalive cannot keep')
  })

  test('--list names all presets and targets, for people and for programs', async () => {
    const { code, out } = await longhold(['advise', '--list'])
    expect(code).toBe(0)
    for (const { name } of [...presets, ...targets]) expect(out).toMatch(new RegExp(`^${name} `, 'm'))
    const list = JSON.parse((await longhold(['advise', '--list', '--json'])).out) as { presets: { name: string }[] }
    expect(list.presets.map(({ name }) => name)).toEqual(presets.map(({ name }) => name))
  })

  test('--for all has all', async () => {
    const { told } = await advised('--lb', '350s', '--for', 'all')
    expect(told.settings.map(({ target }) => target)).toEqual(targets.map(({ name }) => name))
  })

  test('--help has examples and the exit codes', async () => {
    const { out } = await longhold(['advise', '--help'])
    for (const words of [
      'Examples:',
      'Exit codes:',
      '3  --current does not survive',
      '4  something that was wished for',
    ])
      expect(out).toContain(words)
  })
})

const half = '{"timeout": {"lowSeconds": 9}'

test.each([
  ['nothing of the path', [], 2, 'nothing is known of the path'],
  [
    'a duration without a unit',
    ['--lb', '350'],
    2,
    '--lb: expected a duration from 1ms to 30d, such as 5s, 15m or 24h, found "350"',
  ],
  [
    'a range the wrong way round',
    ['--measured', '905s..880s'],
    2,
    '--measured: expected a duration or two, the shorter first',
  ],
  ['three bounds', ['--measured', '1s..2s..3s'], 2, 'found "1s..2s..3s"'],
  ['a preset nearly right', ['--preset', 'aws-nbl'], 2, 'did you mean aws-nlb?'],
  ['a preset nobody knows', ['--preset', 'moon'], 2, 'longhold advise --list names all'],
  ['a preset with a broken timeout', ['--preset', 'aws-nlb=soon'], 2, '--preset aws-nlb: expected a duration'],
  ['a target nobody knows', ['--lb', '9s', '--for', 'cobol'], 2, '--for: there are no settings for "cobol"'],
  ['half a keepalive', ['--lb', '9s', '--current', '60s/10s'], 2, '--current: expected idle/interval/count'],
  ['a keepalive of half seconds', ['--lb', '9s', '--current', '1500ms/1s/3'], 2, '--current: expected'],
  ['losses without end', ['--lb', '9s', '--losses', '11'], 2, '--losses: expected a whole number from 0 to 10'],
  ['a budget of nothing', ['--lb', '9s', '--packets-per-day', '0'], 2, '--packets-per-day: expected'],
  ['a file that is not there', ['--search', '/no/such'], 2, '--search: cannot read /no/such'],
  ['a file that is no search', ['--search', file('{"timeout": 900}')], 2, 'found at timeout'],
  ['a file cut short', ['--search', file(half)], 2, 'expected what longhold search --json prints'],
  ['a search without a result', ['--search', file('{"timeout": null}')], 2, 'found none'],
  [
    'bounds the wrong way round',
    ['--search', file('{"timeout":{"lowSeconds":9,"highSeconds":3}}')],
    2,
    'above highSeconds',
  ],
  ['an address that is none', ['--agent', 'a b'], 2, '--agent: expected an address'],
])('%s: a sentence', async (_, args, exitCode, sentence) => {
  const { code, out, err } = await longhold(['advise', ...args])
  expect([code, out]).toEqual([exitCode, ''])
  expect(err).toContain(sentence)
  expect(err).toMatch(/^longhold: /)
})

test('an agent that is not there: a sentence, and 1', async () => {
  const { code, out, err } = await longhold(['advise', '--agent', `127.0.0.1:${await freePort()}`])
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain('the agent tells of no timer: sysctl: agent at 127.0.0.1:')
})
