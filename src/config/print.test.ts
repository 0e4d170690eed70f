import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kinds } from '../probes/index.ts'
import { defaultsFile } from './defaults.ts'
import { filesNeeded, processesFor, tooManyFiles } from './files.ts'
import { jsonSchema } from './json-schema.ts'
import { loadConfig } from './load.ts'
import { printConfig } from './print.ts'
import { commands } from './schema.ts'

test.each(commands)('what %s prints loads back to the same', command => {
  const { config } = loadConfig(kinds, { command, flags: {}, env: {} })
  const printed = printConfig(kinds, config)
  const again = loadConfig(kinds, { command, text: printed, flags: {}, env: {} }).config
  expect(again).toEqual(config)
  expect(printConfig(kinds, again)).toBe(printed)
})

test('what is printed is written as people write it', () => {
  const text =
    'probes: [{kind: tcp-hold, name: a, to: [web, "[::1]:7"], idle: {min: 1m, max: 90m}, userTimeout: 1500ms}]\nweb: off'
  const { config } = loadConfig(kinds, { command: 'client', text, flags: {}, env: {} })
  const printed = printConfig(kinds, config)
  for (const line of ['web: off', 'drain: 10s', 'kind: tcp-hold', '- web:7000', 'max: 90m', 'userTimeout: 1500ms'])
    expect(printed).toContain(line)
})

test('config.schema.json is what "npm run schema" writes', () => {
  const written: unknown = JSON.parse(readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8'))
  expect(written).toEqual(jsonSchema(kinds))
})

test('a pair keeps a journal, a client and a server none until told to', () => {
  const journals = commands.map(command => {
    const { journal } = loadConfig(kinds, { command, flags: {}, env: {} }).config
    return [command, journal === 'off' ? journal : journal.dir]
  })
  expect(Object.fromEntries(journals)).toEqual({ pair: './journal', client: 'off', server: 'off' })
})

test('the JSON schema shows every default as it is written', () => {
  expect(jsonSchema(kinds)).toMatchObject({
    properties: { drain: { default: '10s' }, journal: { default: 'off' }, probes: { type: 'array' } },
  })
})

const configOf = (text: string, command: (typeof commands)[number] = 'client') =>
  loadConfig(kinds, { command, text, flags: {}, env: {} }).config

test('more connections than the file limit are refused with the fix', () => {
  const config = configOf('probes: [{kind: tcp-hold, name: a, to: web, connections: 50000}]')
  const needed = filesNeeded(kinds, config)
  expect(needed).toBeGreaterThan(50_000)
  expect(tooManyFiles(kinds, config, needed, 1)).toBeUndefined()
  expect(tooManyFiles(kinds, config, 20_000, 1)?.message).toBe(
    `this configuration needs up to ${needed} open files (one for each connection) and the limit is 20000: raise it with "ulimit -n ${needed}", share them out (processes: 3, or auto), or hold fewer connections`,
  )
  expect(tooManyFiles(kinds, config, 20_000, 3)).toBeUndefined()
})

test.each([
  ['a few connections', {}, 1024, 1],
  ['200,000 where a process may open 65,536 files', { connections: 200_000 }, 65_536, 4],
  ['as many as the files of one process', { connections: 872 }, 1000, 1],
  ['one more', { connections: 873 }, 1000, 2],
])('processes: auto, %s', (_, settings, limit, expected) => {
  const probes = [{ kind: 'tcp-hold', name: 'a', to: 'web', connections: 100, ...settings }]
  expect(processesFor(kinds, configOf(JSON.stringify({ probes })), limit)).toBe(expected)
})

const hold = (kind: string, name: string, connections: number) => ({ kind, name, to: 'web', connections })

test('processes: auto, and every kind that holds connections is shared out, each cohort to all processes', () => {
  const probes = [hold('tcp-hold', 'a', 500), hold('http-hold', 'b', 500), hold('tcp-hold', 'c', 1)]
  const config = configOf(JSON.stringify({ probes }))
  expect([
    processesFor(kinds, config, 1200),
    processesFor(kinds, config, 700),
    processesFor(kinds, config, 400),
  ]).toEqual([1, 2, 4])
  expect(filesNeeded(kinds, config, 4)).toBe(filesNeeded(kinds, config) - 1001 + 251)
})

test('what cannot be shared out runs in one process: accepted ends, questions, a single connection', () => {
  const pair = configOf('probes: [{kind: tcp-hold, name: a, to: 127.0.0.1, connections: 5000}]', 'pair')
  expect(processesFor(kinds, pair, 1024)).toBe(1)
  expect(tooManyFiles(kinds, pair, 1024, 1)?.message).not.toContain('processes')
  const several = (text: string) => processesFor(kinds, configOf(`processes: 8\n${text}`), 1024)
  expect(several('probes: [{kind: dns, name: d, names: [a.example], servers: [127.0.0.1]}]')).toBe(1)
  expect(several('probes: [{kind: tcp-hold, name: a, to: web, connections: 1}]')).toBe(1)
  expect(several('probes: [{kind: tcp-hold, name: a, to: web, connections: 3}]')).toBe(3)
  expect(several('probes: [{kind: tcp-hold, name: a, to: web, connections: 30}]')).toBe(8)
})

test('in a pair both ends of a connection are files of ours', () => {
  const text = 'probes: [{kind: tcp-hold, name: a, to: 127.0.0.1, connections: 1000}]'
  const [pair, client] = (['pair', 'client'] as const).map(command =>
    filesNeeded(kinds, loadConfig(kinds, { command, text, flags: {}, env: {} }).config),
  )
  expect((pair ?? 0) - (client ?? 0)).toBe(1000)
})

test.each(commands)('the defaults of %s explain themselves', command => {
  const text = readFileSync(defaultsFile(command), 'utf8')
  expect(text.split('\n')[0]).toMatch(/^# What "longhold \w+"/)
})
