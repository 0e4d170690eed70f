import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kinds } from '../probes/index.ts'
import { defaultsFile } from './defaults.ts'
import { filesNeeded, tooManyFiles } from './files.ts'
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

test('more connections than the file limit are refused with the fix', () => {
  const text = 'probes: [{kind: tcp-hold, name: a, to: web, connections: 50000}]'
  const { config } = loadConfig(kinds, { command: 'client', text, flags: {}, env: {} })
  const needed = filesNeeded(kinds, config)
  expect(needed).toBeGreaterThan(50_000)
  expect(tooManyFiles(kinds, config, needed)).toBeUndefined()
  expect(tooManyFiles(kinds, config, 1024)?.message).toMatch(
    `needs up to ${needed} open files (one for each connection) and the limit is 1024: raise it with "ulimit -n ${needed}"`,
  )
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
