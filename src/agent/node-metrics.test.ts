import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { exampleAgent } from '../../test/agent-example.ts'
import { greppedFiles, plantedRoot } from '../../test/planted-root.ts'
import { realClock } from '../clock.ts'
import { sources } from '../evidence/index.ts'
import { machineAt } from '../evidence/machine.ts'
import type { Agent } from './agent.ts'

let agent: Agent | undefined
afterEach(async () => {
  await agent?.close()
  agent = undefined
})

async function scrape(root: string): Promise<string> {
  agent ??= await exampleAgent(sources, { machine: machineAt(root, realClock) })
  const answer = await fetch(`http://${agent.listens}/metrics`)
  expect(answer.status).toBe(200)
  return answer.text()
}
const linesOf = (text: string, name: string) => text.split('\n').filter(line => line.startsWith(name))
const fixture = (path: string) => new URL(`../evidence/${path}`, import.meta.url)

test('this machine tells of its kernel, and promtool finds nothing to complain about', async () => {
  const text = await scrape('/')
  expect(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8', stdio: 'pipe' })).toBe('')
  const forward = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim()
  expect(linesOf(text, 'longhold_node_sysctl{name="net.ipv4.ip_forward"}')).toEqual([
    `longhold_node_sysctl{name="net.ipv4.ip_forward"} ${forward}`,
  ])
  expect(Number(linesOf(text, 'longhold_node_conntrack_limit')[0]?.split(' ')[1])).toBe(
    Number(readFileSync('/proc/sys/net/netfilter/nf_conntrack_max', 'utf8')),
  )
  expect(linesOf(text, 'longhold_node_netstat_events_total{counter="Tcp.OutRsts"}')).toHaveLength(1)
  expect(text).not.toMatch(/net\.ipv4\.conf\.(?!all|default)/)
})

test('of IPVS: how many servers have weight 0, and what they still hold', async () => {
  using planted = plantedRoot({
    'proc/net/ip_vs': readFileSync(fixture('ipvs/fixtures/kernel-6.1-ip_vs-weight-zero.txt')),
    'proc/net/ip_vs_conn': readFileSync(fixture('ipvs/fixtures/kernel-6.1-ip_vs_conn-weight-zero.txt')),
  })
  const text = await scrape(planted.root)
  expect(linesOf(text, 'longhold_node_ipvs_')).toEqual([
    'longhold_node_ipvs_destinations{weight="zero"} 4',
    'longhold_node_ipvs_destinations{weight="positive"} 4',
    'longhold_node_ipvs_connections{weight="zero",state="active"} 0',
    'longhold_node_ipvs_connections{weight="zero",state="inactive"} 8',
    'longhold_node_ipvs_connections{weight="positive",state="active"} 10',
    'longhold_node_ipvs_connections{weight="positive",state="inactive"} 0',
  ])
})

test('what can no longer be read has no series any more', async () => {
  using planted = plantedRoot(greppedFiles(fixture('sysctl/fixtures/linux-6.1.txt')))
  expect(linesOf(await scrape(planted.root), 'longhold_node_sysctl{').length).toBeGreaterThan(10)
  planted[Symbol.dispose]()
  const text = await scrape(planted.root)
  expect(linesOf(text, 'longhold_node_')).toEqual([])
})

test('the page of the agent lists every one of them', async () => {
  const page = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  for (const [, name = ''] of (await scrape('/')).matchAll(/^# TYPE (\S+)/gm)) expect(page).toContain(`\`${name}\``)
})
