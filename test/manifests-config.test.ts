import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { kinds } from '../src/probes/index.ts'
import type { Address } from '../src/settings/address.ts'
import { type Folder, folders } from './kubernetes.ts'
import { type Rendered, rendered } from './rendered.ts'

const root = mkdtempSync(join(tmpdir(), 'longhold-configurations-'))
afterAll(() => rmSync(root, { recursive: true }))

const maps = folders.flatMap(folder =>
  rendered(folder).flatMap(({ kind, metadata, data }) =>
    kind === 'ConfigMap' && data?.['longhold.yaml'] !== undefined
      ? [{ folder, name: metadata.name, text: data['longhold.yaml'] }]
      : [],
  ),
)

const commandOf = (name: string) => (name.startsWith('longhold-client') ? 'client' : 'server')

test.each(maps)('$name of $folder passes the check without a warning', ({ name, text }) => {
  expect(load(commandOf(name), text).warnings).toEqual([])
})

const clients = maps.filter(({ name }) => commandOf(name) === 'client')
test.each(clients)('$name of $folder goes to Services that are there, on the path it claims', ({ folder, text }) => {
  const there = folder.startsWith('canary/') ? rendered('canary') : rendered(folder) // a pool alone has no server
  for (const probe of load('client', text).config.probes) {
    const path = probe.path ?? (probe.name.endsWith('-pod') ? 'pod' : 'service')
    for (const { host, port } of (probe.to ?? []) as readonly Address[])
      expect([probe.name, serviceOf(there, host)]).toEqual([
        probe.name,
        { ports: expect.arrayContaining([port]), path },
      ])
  }
})

test('the canary tries what the first one should', () => {
  const text = maps.find(({ folder, name }) => folder === 'base' && name.startsWith('longhold-client'))?.text
  for (const expected of ['keepalive: { idle: 60s, interval: 10s, count: 3 }', '2h', 'speaker: server', 'path: pod'])
    expect(text).toContain(expected)
  expect(text).toContain('ports: [fresh, pinned, pair]')
})

const names = (folder: Folder) => maps.filter(each => each.folder === folder).map(({ name }) => name)

test('a changed configuration rolls the pods, but not with reload', () => {
  for (const name of names('base')) expect(name).toMatch(/^longhold-(client|server)-[a-z0-9]{10}$/)
  expect(names('reload')).toEqual(['longhold-client', 'longhold-server'])
})

function load(command: 'client' | 'server', text: string) {
  const file = join(root, 'longhold.yaml')
  writeFileSync(file, text)
  return loadConfig(kinds, { command, file, flags: {}, env: {} })
}

function serviceOf(all: readonly Rendered[], host: string): object | undefined {
  const found = all.find(({ kind, metadata }) => kind === 'Service' && metadata.name === host)
  const spec = found?.spec as { clusterIP?: string; ports: readonly { port: number }[] } | undefined
  return spec && { ports: spec.ports.map(({ port }) => port), path: spec.clusterIP === 'None' ? 'pod' : 'service' }
}
