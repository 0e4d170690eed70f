import { afterEach, expect, test } from 'vitest'
import { exampleSource, exampleWeb } from '../../test/web-example.ts'
import { storyClock } from '../../test/story-clock.ts'
import type { Look } from '../evidence/look.ts'
import type { Evidence } from '../outcome/evidence.ts'
import { node } from './node.ts'
import type { Web } from './server.ts'

let web: Web | undefined
afterEach(() => web?.close())

const clock = storyClock()
const now = clock.now()
const read = (value: unknown, agoMs = 0) => ({ at: now - agoMs, value })
const sysctl = read({
  'net.ipv4.ip_forward': 0,
  'net.ipv4.tcp_keepalive_time': 7200,
  'net.ipv4.tcp_keepalive_intvl': 75,
  'net.ipv4.tcp_keepalive_probes': 9,
  'net.ipv4.conf.veth1.forwarding': 1,
  'net.netfilter.nf_conntrack_tcp_timeout_established': 600,
  'net.netfilter.nf_conntrack_tcp_be_liberal': 0,
})
const conntrack = (drop: number) => read({ count: 250_000, max: 262_144, counters: { drop, insert_failed: 0 } })
const ofNode = {
  sysctl,
  conntrack: conntrack(40),
  'nat-rules': read(
    { through: 'iptables-save', serviceRules: true, services: [], masquerades: [], randomFully: false },
    45_000,
  ),
  'kube-proxy': read({
    reachable: true,
    running: true,
    version: 'v1.31.0',
    mode: 'iptables',
    healthy: true,
    lastSyncAt: now - 61_000,
  }),
  ipvs: { at: now, absent: 'no IPVS: not there (ENOENT)' },
}

async function shown(evidence: Evidence, before: Evidence = evidence): Promise<string> {
  const look: Look = { at: now, before, now: evidence }
  const { status, body } = await node(exampleSource({ look: () => Promise.resolve(look) }), clock)
  expect(status).toBe(200)
  return body.toString()
}
const row = (markup: string, first: string) => new RegExp(`<tr><td>${first}</td>[^]*?</tr>`).exec(markup)?.[0] ?? ''

test('the node is judged as by the doctor, the worst first, and every source says its own', async () => {
  const markup = await shown({ node: ofNode, own: {} }, { node: { conntrack: conntrack(30) } })
  expect(markup).toMatch(
    /<h2>What a look at the node finds<\/h2>[^]*?<tbody>\s*<tr><td>forwarding<\/td><td class="bad">wrong<\/td>/,
  )
  expect(row(markup, 'forwarding')).toContain(
    'net.ipv4.ip_forward is 0: packets from and to pods are dropped in silence',
  )
  expect(row(markup, 'forwarding')).toMatch(
    /<summary>what to do<\/summary>[^]*<pre[^>]*>sysctl -w net.ipv4.ip_forward=1/,
  )
  expect(row(markup, 'conntrack-table')).toContain('250000 of 262144 conntrack entries, 95 %')
  expect(row(markup, 'conntrack-drops')).toContain('conntrack dropped 10 packets of new flows within a second')
  expect(row(markup, 'established-timeout')).toContain('conntrack forgets an idle connection after 600 s')
  expect(row(markup, 'the node</td><td>conntrack')).toContain('drop 40, since the counters began')
  expect(row(markup, 'the node</td><td>sysctl')).toMatch(
    /conntrack forgets an idle connection after 10m<br>.*own keepalive begins after 2h, 9 x 1m 15s/,
  )
  expect(row(markup, 'the node</td><td>kube-proxy')).toContain(
    'kube-proxy v1.31.0 in iptables mode<br>healthy by its own word<br>wrote its rules 1m ago',
  )
  expect(row(markup, 'the node</td><td>nat-rules')).toMatch(/the rules of Services are there[^]*>45s ago</)
  expect(row(markup, 'the node</td><td>ipvs')).toContain('absent: no IPVS: not there (ENOENT)')
  expect(markup).toMatch(/<details><summary>\d+ more could not be told<\/summary>[^]*<td class="dim">unknown</)
  expect(markup).toContain('<summary>6 settings of the kernel</summary>')
  expect(markup).not.toContain('veth1')
  expect(markup).not.toMatch(/undefined|NaN|<script| style=| on\w+="/)
})

test('without an agent it says whose network is seen', async () => {
  const markup = await shown({ own: { sysctl } })
  expect(markup).toContain('No agent tells of the node (evidence.agent is off).')
  expect(row(markup, 'this process’s network</td><td>sysctl')).toContain('after 10m')
  const silent = await shown({
    own: { sysctl },
    node: { sysctl: { at: now, absent: 'agent at 10.0.0.7:7002: ECONNREFUSED' } },
  })
  expect(silent).toContain('The agent of the node tells nothing.')
  expect(silent).toContain('absent: agent at 10.0.0.7:7002: ECONNREFUSED')
})

test('the cluster and the flows are told, too', async () => {
  const endpoint = { address: '10.244.2.11', ready: true, serving: true, terminating: false }
  const service = { name: 'lh/server', proto: 'tcp', address: '10.96.0.10', port: 7000, via: 'cluster-ip' }
  const kubernetes = read({
    services: [{ ...service, endpointCount: 2, endpoints: [endpoint, { ...endpoint, ready: false }] }],
    pods: [],
    nodes: [{ name: 'node-b', ready: false, cordoned: true }],
    changes: [],
    missing: [{ what: 'pods', why: 'forbidden' }],
  })
  const markup = await shown({ cluster: { kubernetes } })
  for (const words of [
    'lh/server (10.96.0.10:7000): 1 of 2 endpoints ready',
    'node node-b not ready, cordoned',
    'pods could not be read: forbidden',
  ])
    expect(markup).toContain(words)
})

test('whatever an agent says is text, and what does not fit says so', async () => {
  const bad = '<img src=x onerror=alert(1)>'
  const markup = await shown({
    node: {
      [bad]: read(bad),
      sysctl: read({ [bad]: bad }),
      conntrack: read({ count: bad }),
      ipvs: { at: 0, absent: bad },
    },
  })
  expect(markup).not.toContain('<img')
  expect(row(markup, 'the node</td><td>conntrack')).toContain('what it said could not be understood')
})

test.each([
  ['pair', 'Evidence is switched off.'],
  ['server', 'A server reads no evidence.'],
])('a %s that reads none says so: %s', async (command, sentence) => {
  web = await exampleWeb({ command })
  const answer = await fetch(`http://${web.listens[0]}/node`)
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining(sentence)])
})
