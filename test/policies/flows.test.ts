import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { inSandbox } from '../lab/sandbox.ts'
import type { Told } from './cluster.ts'

let told: Told

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longhold-policies-'))
  const said: string[] = []
  const inside = fileURLToPath(new URL('cluster.ts', import.meta.url))
  const code = await inSandbox([inside, folder], {
    onLine: line => said.push(line),
    signal: new AbortController().signal,
  })
  rmSync(folder, { recursive: true, force: true })
  if (code !== 0) throw new Error(`the cluster ended with ${code}: ${said.join('\n')}`)
  told = JSON.parse(said.at(-1) ?? '') as Told
}, 180_000)

describe('the pair in a cluster where its network policies are in force', () => {
  test('holds, asks and is answered', () => {
    const { verdicts, cohorts, probes } = told.status
    expect(verdicts).toEqual([])
    expect(cohorts.map(({ cohort }) => cohort)).toEqual([
      'no-keepalive',
      'keepalive',
      'server-speaks',
      'pod-path',
      'http',
    ])
    for (const { open, ends } of cohorts) expect([open > 0, ends]).toEqual([true, []])
    expect(probes.length).toBe(8)
    for (const { fates } of probes)
      expect(Object.entries(fates).filter(([, count]) => count > 0)).toEqual([['ok', expect.any(Number)]])
  })

  test('asks every server for its ledger', () => {
    expect(Object.keys(told.bothSides)).toEqual(['srv0', 'srv1', 'srv2'])
    for (const page of Object.values(told.bothSides))
      expect(page).toContain('<b>server</b> <span class="">opened</span>')
  })

  test('tries nothing that they deny', () => {
    const denied = Object.entries(told.counters).filter(([rule, count]) => rule.endsWith('denied') && count > 0)
    expect(denied).toEqual([])
  })

  test('has every flow that they name: none is there for nothing', () => {
    const unused = Object.entries(told.counters).flatMap(([rule, count]) =>
      rule.endsWith('denied') || count > 0 ? [] : [rule],
    )
    // The API is asked as a Service; behind its NAT it is port 6443. Scrapers come later in this run.
    expect(unused.filter(rule => !rule.includes('longhold-scrapers'))).toEqual([
      'client out longhold-client-evidence 443/TCP',
    ])
  })
})

test('scrapers get the web port and nothing else, strangers nothing, and servers open nothing', () => {
  expect(told.reached).toEqual({
    'srv3 client:8080': true,
    'srv3 srv1:8080': true,
    'srv3 srv1:7000': false,
    'client2 client:8080': false,
    'client2 srv1:7000': false,
    'client2 srv1:8080': false,
    'srv1 client:8080': false,
    'srv1 client2:8080': false,
  })
  for (const rule of ['client in denied', 'srv1 in denied', 'srv1 out denied'])
    expect([rule, (told.deniedThen[rule] ?? 0) > 0]).toEqual([rule, true])
})
