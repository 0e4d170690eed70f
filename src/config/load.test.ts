import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Problem } from '../outcome/problem.ts'
import { kinds } from '../probes/index.ts'
import { loadConfig, type Source } from './load.ts'
import { commands } from './schema.ts'

/** What a configuration gets told, line by line; nothing when it is fine. */
function told(source: Partial<Source>): string[] {
  try {
    loadConfig(kinds, { command: 'client', flags: {}, env: {}, ...source })
    return []
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    expect(error.exitCode).toBe(2)
    return error.message.split('\n')
  }
}

const load = (source: Partial<Source>) => loadConfig(kinds, { command: 'client', flags: {}, env: {}, ...source })
const cohort = 'probes:\n- kind: tcp-hold\n  name: a\n  to: web'

test.each([
  [
    'a number for a duration',
    `${cohort}\n  deadline: 5`,
    ['configuration:5: probes[0].deadline: expected a duration from 10ms to 10m, such as 5s, found 5'],
  ],
  [
    'a number out of range',
    `${cohort}\n  connections: 0`,
    ['configuration:5: probes[0].connections: expected a whole number from 1 to 1000000, found 0'],
  ],
  [
    'a word out of a list',
    `${cohort}\n  speaker: me`,
    ['configuration:5: probes[0].speaker: expected one of client, server, both, found "me"'],
  ],
  [
    'nothing',
    `${cohort}\n  speaker:`,
    ['configuration:5: probes[0].speaker: expected one of client, server, both, found nothing'],
  ],
  [
    'a setting mistyped',
    `${cohort}\n  conections: 3`,
    [
      'configuration:5: probes[0].conections: expected a known setting (did you mean "connections"?), found "conections"',
    ],
  ],
  [
    'a setting far inside',
    `${cohort}\n  keepalive:\n    idle: 60s\n    every: 1s`,
    ['configuration:7: probes[0].keepalive.every: expected one of idle, interval, count, found "every"'],
  ],
  [
    'half a second of keepalive',
    `${cohort}\n  keepalive: {idle: 500ms}`,
    ['configuration:5: probes[0].keepalive.idle: expected a duration from 1s to 24h, such as 5s, found "500ms"'],
  ],
  [
    'one bad rung',
    `${cohort}\n  idle:\n  - 1s\n  - 2`,
    ['configuration:7: probes[0].idle[1]: expected a duration from 50ms to 7d, such as 5s, found 2'],
  ],
  [
    'a range upside down',
    `${cohort}\n  idle: {min: 5s, max: 1s}`,
    ['configuration:5: probes[0].idle: expected a range with min not above max, found { min: 5s, max: 1s }'],
  ],
  [
    'a size in the wrong unit',
    'journal: {maxBytes: 64MB}',
    ['configuration:1: journal.maxBytes: expected a size from 64KiB to 1024GiB, such as 64MiB, found "64MB"'],
  ],
  [
    'a switch that is none',
    '\nweb: on',
    ['configuration:2: web: expected "off", or {listen: 0.0.0.0:8080}, found "on"'],
  ],
  [
    'a section mistyped',
    'prbes: []',
    ['configuration:1: prbes: expected a known setting (did you mean "probes"?), found "prbes"'],
  ],
  [
    'two probes of one name',
    `${cohort}\n- kind: tcp-hold\n  name: a\n  to: web`,
    ['configuration:6: probes[1].name: expected a name of its own, found "a", which probes[0] has already'],
  ],
  ['a list', '- 1', ['configuration:1: expected settings such as "probes:", found [ 1 ]']],
  ['a setting twice', 'drain: 1s\ndrain: 2s', ['configuration:2: expected each setting once, found "drain" again']],
  ['two documents', 'drain: 1s\n---\ndrain: 2s', ['configuration:2: expected one document, found another after "---"']],
  [
    'an alias of nothing',
    'drain: *x',
    ['configuration:1: expected an anchor (&name) before its alias, found none for *x'],
  ],
  [
    'an alias of itself',
    'probes: &a [*a]',
    ['configuration:1: expected settings, found an alias (*name) that contains itself'],
  ],
  [
    'a key of the prototype',
    '__proto__: 1',
    [expect.stringMatching(/^configuration:1: __proto__: expected one of identity, .*, found "__proto__"$/)],
  ],
  [
    'everything at once',
    'drain: 5\nlog: {level: loud}\nledger: {history: many}',
    [
      'configuration:1: drain: expected a duration from 0s to 10m, such as 5s, found 5',
      'configuration:2: log.level: expected one of debug, info, warn, error, found "loud"',
      'configuration:3: ledger.history: expected a whole number from 0 to 1000000, found "many"',
    ],
  ],
])('%s', (_, text, sentences) => expect(told({ text })).toEqual(sentences))

test('an unknown kind, or none, is told which there are', () => {
  const names = kinds.map(({ name }) => name).join(', ')
  expect(told({ text: 'probes:\n- kind: carrier-pigeon\n  name: a' })).toEqual([
    `configuration:2: probes[0].kind: expected one of ${names}, found "carrier-pigeon"`,
  ])
  expect(told({ text: 'probes:\n- name: a' })).toEqual([
    `configuration:2: probes[0].kind: expected one of ${names}, found nothing`,
  ])
  expect(told({ text: 'probes: [{kind: tcp-hodl, name: a}]' })[0]).toContain('did you mean "tcp-hold"?')
})

test.each([
  ['open brackets without end', '['.repeat(100_000), /nested too deeply|must end with a \]/],
  [
    'aliases that multiply',
    `a: &a [1,1,1,1,1,1,1,1,1]\n${['b', 'c', 'd', 'e'].map((key, at) => `${key}: &${key} [${Array.from({ length: 9 }, () => `*${'abcd'[at]}`).join(',')}]`).join('\n')}`,
    /aliases \(\*name\) that multiply without end/,
  ],
  ['more than anybody writes', `drain: 5s\n${'#'.repeat(2 ** 20)}`, /expected at most 256 KiB of settings, found more/],
  [
    'a thousand mistakes',
    `drain: 5s\n${Array.from({ length: 1000 }, (_, at) => `x${at}: 1`).join('\n')}`,
    /and 950 more/,
  ],
])('%s: refused at once, in a sentence', (_, text, sentence) => {
  const began = performance.now()
  expect(told({ text }).join('\n')).toMatch(sentence)
  expect(performance.now() - began).toBeLessThan(5000)
})

test('a file is named with its line; one that cannot be read says why', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'longhold-')), 'my.yaml')
  expect(told({ file })).toEqual([`${file}: expected a configuration that can be read, found no such file`])
  writeFileSync(file, '# mine\ndrain: soon\n')
  expect(told({ file })[0]).toMatch(`${file}:2: drain: expected a duration`)
  expect(told({ file: '/' })[0]).toMatch('found a directory')
  expect(told({ file: '/dev/zero' })[0]).toMatch('expected at most 256 KiB')
})

test('a flag wins over its variable, that over the file, and the file over the defaults', () => {
  const text = 'log: {level: warn}'
  expect(load({}).config.log.level).toBe('info')
  expect(load({ text }).config.log.level).toBe('warn')
  const env = { LONGHOLD_LOG_LEVEL: 'error' }
  expect(load({ text, env }).config.log.level).toBe('error')
  expect(load({ text, env, flags: { 'log-level': 'debug' } }).config.log.level).toBe('debug')
})

test('a mistake in a flag or a variable is told by its name', () => {
  expect(told({ flags: { 'log-level': 'loud' } })).toEqual([
    '--log-level: level: expected one of debug, info, warn, error, found "loud"',
  ])
  expect(told({ text: cohort, env: { LONGHOLD_CONNECTIONS: 'many' } })).toEqual([
    'LONGHOLD_CONNECTIONS: expected a whole number from 1, found "many"',
  ])
  expect(told({ text: 'probes: []', flags: { connections: '3' } })).toEqual([
    '--connections: no setting of this configuration takes it',
  ])
})

test.each([
  ['port', ['abc', '-1', '65536', '7e3'], 'a port up to 65535'],
  ['web-port', ['off', '99999', ''], 'a port up to 65535'],
  ['server', ['', 'a:b:c', 'web:99999', 'http://web'], 'a name or an IP address, and a port'],
  ['keepalive', ['on', '60', '60s,', '60s,10s,0', '60s,10s,3,1'], '"off", or the silence'],
  ['connections', ['-5', '1e9', '0'], 'a whole number from 1'],
])('--%s is judged as it was written', (flag, texts, expected) => {
  for (const text of texts) {
    const [line, ...more] = told({ flags: { [flag]: text } })
    expect(line).toContain(`--${flag}: expected ${expected}`)
    expect(line).toMatch(new RegExp(`, found "${text}"$`))
    expect(more).toEqual([])
  }
})

test('what Kubernetes puts beside our variables is not taken for them', () => {
  const env = {
    LONGHOLD_PORT: 'tcp://10.0.0.1:7000',
    LONGHOLD_SERVER_PORT: 'tcp://10.0.0.1:7000',
    LONGHOLD_CONECTIONS: '3',
  }
  const { config, warnings } = load({ text: cohort, env })
  expect(config.probes[0]).toMatchObject({ to: [{ host: 'web', port: 7000 }], connections: 100 })
  expect(warnings).toEqual(['LONGHOLD_CONECTIONS: not a variable of longhold (did you mean LONGHOLD_CONNECTIONS?)'])
})

test('a user timeout that makes the count meaningless is a warning', () => {
  const text = `${cohort}\n  keepalive: {idle: 60s, interval: 10s, count: 3}\n  userTimeout: 20m`
  expect(load({ text }).warnings).toEqual([
    "configuration:6: probes[0].userTimeout: with a user timeout the kernel ignores keepalive's count: a dead peer is noticed after about 20m, not 90s",
  ])
})

test('what the kernel will refuse is a warning: it has the last word', () => {
  const text = `${cohort}\n  keepalive: {idle: 10h, interval: 10s, count: 128}`
  expect(load({ text }).warnings).toEqual([
    'configuration:5: probes[0].keepalive.idle: the kernel will refuse 36000s: it takes 1..32767s',
    'configuration:5: probes[0].keepalive.count: the kernel will refuse 128: it takes 1..127',
  ])
})

test.each([
  ['client', 'probes: []'],
  ['server', 'server: {tcp-hold: off, http-hold: off, udp-echo: off}'],
] as const)('a %s with nothing to do is a warning', (command, text) =>
  expect(load({ command, text }).warnings).toEqual([
    'configuration:1: nothing to ask and nothing to answer: no probe, no server',
  ]),
)

test('a token that is kept here and told there is a warning, and so is a pair that cannot ask itself', () => {
  const same = 'auth: {tokenFile: t}\nweb: {tokenFile: t}'
  expect(load({ command: 'client', text: `${same}\n${cohort}` }).warnings).toEqual([
    expect.stringContaining('auth.tokenFile: the same token is sent in the clear to the web port'),
  ])
  expect(load({ command: 'client', text: `${cohort}\nauth: {tokenFile: t}\nweb: {tokenFile: u}` }).warnings).toEqual([])
  const tls = '{certFile: c, keyFile: k}'
  const warned = (text: string) => load({ command: 'pair', text }).warnings
  expect(warned(`web: {tls: ${tls}}`)).toEqual([
    expect.stringContaining('its own ledger over HTTP, and its web port talks HTTPS'),
  ])
  expect(warned('evidence: {tls: {caFile: a}}')).toEqual([
    expect.stringContaining('over HTTPS, and its web port talks HTTP:'),
  ])
  expect(warned(`web: {tls: ${tls}}\nevidence: {tls: {caFile: a}}`)).toEqual([])
  expect(warned('evidence: {tls: {caFile: a, servers: off}}')).toEqual([])
})

test.each([
  ['web: {tls: {certFile: c}}', 'web.tls.keyFile: expected'],
  ['web: {tls: {certFile: c, keyFile: k, ca: a}}', 'web.tls.ca: expected one of certFile, keyFile, caFile, found "ca"'],
  ['evidence: {tls: {caFile: a, keyFile: k}}', 'evidence.tls: expected certFile and keyFile, or neither of them'],
  ['evidence: {tls: {caFile: a, servers: "*"}}', 'evidence.tls.servers: expected "off" (plain HTTP), or a name'],
  ['auth: {token: t}', 'auth.token: expected one of tokenFile, found "token"'],
  ['auth: {tokenFile: ""}', 'auth.tokenFile: expected a file, found ""'],
])('%s', (text, sentence) => expect(told({ text })).toEqual([expect.stringContaining(sentence)]))

test('what guards the web port stays when its address is another', () => {
  const flags = { web: '127.0.0.1:9000', 'web-tls-cert': 'c', 'web-tls-key': 'k' }
  expect(load({ text: 'web: {tokenFile: t}', flags }).config.web).toEqual({
    listen: { host: '127.0.0.1', port: 9000 },
    tokenFile: 't',
    tls: { certFile: 'c', keyFile: 'k' },
  })
  expect(load({ command: 'client', flags: { 'agent-token-file': 't' } }).config.evidence).toMatchObject({
    agent: 'off',
  })
  expect(
    load({ command: 'client', flags: { agent: '10.0.0.7', 'agent-token-file': 't' } }).config.evidence,
  ).toMatchObject({
    agent: { tokenFile: 't' },
  })
})

test('a client answers nothing and a server asks nothing, whatever a shared file says', () => {
  const text = `${cohort}\nserver: {tcp-hold: {}}`
  expect(load({ text, command: 'client' }).config).toMatchObject({ server: {}, probes: [{ name: 'a' }] })
  expect(load({ text, command: 'server' }).config.probes).toEqual([])
})

test.each(commands)('%s has defaults that load without a word', command => {
  const { config, warnings } = load({ command })
  expect(warnings).toEqual([])
  expect(config.identity.pod).not.toBe('')
})

test('the pair asks and answers every kind there is', () => {
  const { config } = load({ command: 'pair' })
  for (const { name, server } of kinds) {
    expect(config.probes.map(({ kind }) => kind)).toContain(name)
    if (server) expect(Object.keys(config.server)).toContain(name)
  }
})
