import { createRequire } from 'node:module'
import { beforeAll, describe, expect, test } from 'vitest'
import { Language, Parser } from 'web-tree-sitter'
import { parseAllDocuments } from 'yaml'
import { targets } from '../../src/tuning/snippets/index.ts'
import type { Language as Written } from '../../src/tuning/snippets/target.ts'
import { longhold, written } from '../cli/longhold.ts'
import { directory, ran } from './program.ts'
import { every, textOf, usual } from './wanted.ts'

const resolve = (path: string) => createRequire(import.meta.url).resolve(path)
const parsers = new Map<string, Parser>()

beforeAll(async () => {
  await Parser.init()
  for (const name of ['go', 'java']) {
    const parser = new Parser()
    parser.setLanguage(await Language.load(resolve(`tree-sitter-${name}/tree-sitter-${name}.wasm`)))
    parsers.set(name, parser)
  }
})

/** What is wrong with the form of a text, by those who read it: empty for nothing. */
const mistakes: Readonly<Record<Written, (text: string) => unknown>> = {
  yaml: text => parseAllDocuments(text).flatMap(({ errors }) => errors.map(({ message }) => message)),
  sysctl: text => lines(text).filter(line => !/^net\.ipv4\.tcp_keepalive_(time|intvl|probes) = [1-9]\d*$/.test(line)),
  javascript: text => inFile('x.mjs', text, process.execPath, ['--check']),
  python: text => ran('python3', ['-c', 'import sys; compile(sys.stdin.read(), "snippet", "exec")'], text).said,
  go: text => tree('go', `package snippet\n\n${text}`),
  java: text => tree('java', text),
  properties: text => lines(text).filter(line => !/^[a-zA-Z.-]+=\S+$/.test(line)),
  nginx: text =>
    refusal(inFile('nginx.conf', `events {}\nhttp {\n${text}}\n`, 'nginx', ['-t', '-q', '-p', '/tmp', '-c'])),
  haproxy: text => refusal(inFile('haproxy.cfg', text, 'haproxy', ['-c', '-f'])),
  ini: text => lines(text).filter(line => !/^(\[\w+\]|\w+ = \d+)$/.test(line)),
  conf: text => lines(text).filter(line => !/^[\w-]+ (= )?\d+( +#.*)?$|^(\w+=\w+ ?)+$/.test(line)),
}

const lines = (text: string) => text.split('\n').filter(line => line !== '' && !line.startsWith('#'))

function inFile(name: string, text: string, command: string, args: readonly string[]): string {
  using dir = directory({ [name]: text })
  const { status, said } = ran(command, [...args, dir.file(name)])
  return status === 0 ? '' : said || `exit code ${status}`
}

/** A program that may not write its log says so, whatever the configuration. */
const refusal = (said: string) =>
  said
    .split('\n')
    .filter(line => line !== '' && !/could not open error log|\[NOTICE\]/.test(line))
    .join('\n')

function tree(language: string, text: string): string {
  const root = parsers.get(language)?.parse(text)?.rootNode
  return root && !root.hasError ? '' : (root?.toString() ?? 'no tree')
}

describe.each(targets)('$name', ({ language, text, notes, title }) => {
  test.each(every)('parses: %o', wanted => {
    expect(mistakes[language](text(wanted))).toHaveLength(0)
    expect(text(wanted)).toMatch(/[^\n]\n$/)
    expect(text(wanted)).not.toMatch(/undefined|NaN|Infinity|\[object/)
  })

  test('has the idle time in it, and says in sentences what it does not set', () => {
    const { idleS } = usual.setting
    expect(text(usual)).toMatch(new RegExp(`\\b(${idleS}|${idleS * 1000})`))
    for (const note of notes(usual)) expect(note).toMatch(/\.$/)
    expect(title).not.toBe('')
  })
})

const broken: Readonly<Record<Written, string>> = {
  yaml: 'a: [',
  sysctl: 'net.ipv4.tcp_keepalive_time = NaN',
  javascript: 'export function (',
  python: 'def x(:',
  go: 'var x = net.KeepAliveConfig{',
  java: 'final class {',
  properties: 'a b',
  nginx: 'server { listen 8080 so_keepalive=1:x; }\n',
  haproxy: 'defaults\n    clitcpka-idles 1s\n',
  ini: '[mariadbd\n',
  conf: 'tcp-keepalive = 1s x',
}

test.each(Object.entries(broken) as [Written, string][])('what is broken does not parse: %s', (language, text) => {
  expect(mistakes[language](text)).not.toHaveLength(0)
})

test('names are unlike', () => expect(new Set(targets.map(({ name }) => name)).size).toBe(targets.length))

const documents = (name: string): unknown[] => parseAllDocuments(textOf(name)).map(each => each.toJS() as unknown)

describe('documents that name what they set', () => {
  test('a pod gets safe sysctls alone, as strings', () => {
    const [spec] = documents('kubernetes') as [{ securityContext: { sysctls: { name: string; value: unknown }[] } }]
    expect(spec.securityContext.sysctls).toEqual([
      { name: 'net.ipv4.tcp_keepalive_time', value: '115' },
      { name: 'net.ipv4.tcp_keepalive_intvl', value: '25' },
      { name: 'net.ipv4.tcp_keepalive_probes', value: '3' },
    ])
  })

  test('Envoy gets them by the numbers of Linux', () => {
    const [cluster, listener] = documents('envoy') as [object, { socket_options: Record<string, unknown>[] }]
    expect(cluster).toMatchObject({
      upstream_connection_options: {
        tcp_keepalive: { keepalive_time: 115, keepalive_interval: 25, keepalive_probes: 3 },
      },
    })
    const options = listener.socket_options.map(each => [each['level'], each['name'], each['int_value']])
    expect(options).toEqual([
      [1, 9, 1],
      [6, 4, 115],
      [6, 5, 25],
      [6, 6, 3],
      [6, 18, 190_000],
    ])
  })

  test('Istio gets durations', () => {
    const [rule] = documents('istio')
    expect(rule).toMatchObject({
      kind: 'DestinationRule',
      spec: {
        trafficPolicy: { connectionPool: { tcp: { tcpKeepalive: { time: '115s', interval: '25s', probes: 3 } } } },
      },
    })
  })
})

test.each(every)('longhold takes its own: %o', async wanted => {
  const { code, out, err } = await longhold([
    'client',
    '--check',
    '--config',
    await written(textOf('longhold', wanted)),
  ])
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('2 probes')
})
