import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { metrics } from '../../src/web/metrics.ts'
import { capacityOf } from './capacity.ts'
import { deployed, read } from './configuration.ts'
import { demandOf } from './demand.ts'
import { documented, file } from './document.ts'
import { scrapedFrom } from './scraped.ts'
import { limits } from './tables.ts'

const text = readFileSync(file, 'utf8')
const blocks = [...text.matchAll(/```(?:yaml|promql)\n([\s\S]*?)```/g)].map(([, block = '']) => block)

test('docs/scale.md is what the code says (`npm run scale` writes it)', { timeout: 240_000 }, async () => {
  const { now, anew } = await documented()
  expect(now).toBe(anew)
})

test('ten times the connections have not one series more', { timeout: 240_000 }, async () => {
  const [few, many] = await Promise.all([scrapedFrom(1), scrapedFrom(10)])
  expect([many.client.series, many.server.series]).toEqual([few.client.series, few.server.series])
})

const agents = [
  'longhold_agent_build_info',
  'longhold_agent_tls_not_after_timestamp_seconds',
  'longhold_node_conntrack_entries',
  'longhold_node_conntrack_limit',
]
const known = new Set([...metrics.map(({ name }) => name), ...agents])
const named = (of: string) => [...of.matchAll(/\blonghold_[a-z_]+[a-z]/g)].map(([name]) => name)

test('every metric that is asked for there is one', () => {
  const asked = blocks.filter(block => !block.includes('regex:')).flatMap(named)
  expect(asked.length).toBeGreaterThan(5)
  expect(asked.filter(name => !known.has(name))).toEqual([])
})

test('what is kept is there, and has all that alerts and the rules ask for', () => {
  const [, list = ''] = /regex: 'longhold_\(([^)]+)\)'/.exec(text) ?? []
  const kept = new Set(list.split('|').map(name => `longhold_${name}`))
  expect([...kept].filter(name => !known.has(name))).toEqual([])
  const alerts = readFileSync(new URL('../../k8s/alerts/longhold.rules.yaml', import.meta.url), 'utf8')
  const { groups } = parse(alerts) as { groups: { rules: { expr: string }[] }[] }
  const needed = groups.flatMap(({ rules }) => rules.flatMap(({ expr }) => named(expr)))
  expect([...new Set(needed)].filter(name => !kept.has(name))).toEqual([])
})

test('what is set on servers and on their autoscaler is what the calculation says', () => {
  const capacity = capacityOf(demandOf(read('client', deployed().client)), limits.pod)
  const settings = blocks.find(block => block.startsWith('server:')) ?? ''
  const { server } = read('server', settings) as unknown as { server: Record<string, { maxConnections?: number }> }
  const accepted = Object.values(server).reduce((sum, { maxConnections = 0 }) => sum + maxConnections, 0)
  expect(accepted).toBeLessThanOrEqual(capacity.most)
  expect(accepted).toBeGreaterThan(0.9 * capacity.most)
  expect(text).toContain(`"nodesPerReplica": ${capacity.nodesPerServer},`)
})

test('Prometheus takes the rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longhold-scale-'))
  try {
    const rules = join(folder, 'rules.yaml')
    writeFileSync(rules, blocks.find(block => block.startsWith('groups:')) ?? '')
    expect(execFileSync('promtool', ['check', 'rules', rules], { encoding: 'utf8' })).toContain('6 rules found')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
