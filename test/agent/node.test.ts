import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sources } from '../../src/evidence/index.ts'
import type { Reading } from '../../src/outcome/evidence.ts'
import { launcher } from '../cli/longhold.ts'
import { type Network, network, type Running } from '../lab/kube-proxy/network.ts'

/** A node with two pods, whose agent runs with this or that privilege; the pods ask it as clients do. */
let net: Network
const pod = '10.244.1.10'
const node = '10.244.1.1'

beforeAll(async () => {
  net = await network([
    { name: 'pod', address: pod, gateway: node },
    { name: 'other', address: '10.244.1.11', gateway: node },
  ])
  // conntrack is at work only where a rule needs it
  await net.on('node', 'iptables', '-t', 'nat', '-A', 'POSTROUTING', '-s', '10.9.9.0/24', '-j', 'MASQUERADE')
  net.start('other', process.execPath, '-e', "net.createServer(s => s.resume()).listen(7000, '10.244.1.11')")
  holding = net.start('pod', process.execPath, '-e', holds)
  await said(holding, /^\d+$/)
})
afterAll(() => net?.[Symbol.asyncDispose]())

let holding: Running
const holds = `
const open = () => {
  const socket = net.connect({ port: 7000, host: '10.244.1.11' }, () => process.stdout.write(String(socket.localPort)))
  socket.on('error', () => setTimeout(open, 100))
}
open()`
const ownFlow = () => `tcp,${pod}:${holding.printed()},10.244.1.11:7000`

/** Nobody, who may nothing: not even what a program that is owned by root would give. */
const unprivileged = ['--reuid', '65532', '--regid', '65532', '--clear-groups', '--no-new-privs']
const ways = {
  'as uid 65532 without any capability': [...unprivileged, '--inh-caps', '-all', '--bounding-set', '-all'],
  'as root without any capability': ['--inh-caps', '-all', '--bounding-set', '-all', '--no-new-privs'],
  'as uid 65532 with CAP_NET_ADMIN alone': [
    ...unprivileged,
    '--inh-caps=-all,+net_admin',
    '--ambient-caps=-all,+net_admin',
    '--bounding-set=-all,+net_admin',
  ],
} as const

async function agent(way: keyof typeof ways, ...options: string[]): Promise<Running> {
  const command = [process.execPath, launcher, 'agent', '--listen', node, '--node', 'node-1', ...options]
  const running = net.start('node', 'setpriv', ...ways[way], ...command)
  await said(running, /longhold agent runs/)
  return running
}

async function said(running: Running, what: RegExp): Promise<void> {
  const end = performance.now() + 20_000
  while (!what.test(running.printed())) {
    if (performance.now() > end) throw new Error(`never said ${what}: ${running.printed()}`)
    await sleep(20)
  }
}

async function ask(from: 'pod' | 'other' | 'node', ...flows: string[]): Promise<Record<string, Reading>> {
  const child = fileURLToPath(new URL('../children/asks-an-agent.ts', import.meta.url))
  return JSON.parse(await net.on(from, process.execPath, child, `${node}:7002`, ...flows)) as Record<string, Reading>
}

const names = sources.filter(({ of }) => of === 'machine').map(({ name }) => name)
/** What every user may read. */
const free = ['sysctl', 'netstat', 'conntrack', 'cpu']

describe.each(Object.keys(ways) as (keyof typeof ways)[])('%s', way => {
  let running: Running
  beforeAll(async () => (running = await agent(way)))

  test('what it may read is there, and the rest is absent with a reason, told at its start', async () => {
    const readings = await ask('pod', ownFlow())
    expect(Object.keys(readings).sort()).toEqual([...names].sort())
    for (const name of free) expect(readings[name], name).toHaveProperty('value')
    const absent = Object.entries(readings).flatMap(([name, each]) => ('absent' in each ? [[name, each.absent]] : []))
    for (const [name, why] of absent) expect(why, name).toMatch(/^[\x20-\x7e]{5,}$/)
    const start = JSON.parse(running.printed().split('\n')[0] ?? '') as { absent: Record<string, string> }
    expect(start).toMatchObject({ node: 'node-1', listens: `${node}:7002`, token: false })
    expect(start.absent).toMatchObject(Object.fromEntries(absent))
  })

  test('it tells conntrack’s entry of our flow where it has CAP_NET_ADMIN, and why not where it has not', async () => {
    const { 'conntrack-entries': told } = await ask('pod', ownFlow())
    if (!names.includes('conntrack-entries')) return
    if (way.includes('CAP_NET_ADMIN'))
      expect(told).toMatchObject({ value: [{ entry: { state: 'ESTABLISHED', original: { src: pod, dport: 7000 } } }] })
    else expect(told).toMatchObject({ absent: expect.stringMatching(/permitted|CAP_NET_ADMIN|root/i) })
  })

  test('it ends with 0 on SIGTERM', async () => {
    expect(await running.stop()).toBe(0)
    expect(running.printed()).toContain('stopping')
  })
})

test('a pod hears of its own flows only; who is in the node’s network hears of the node’s', async () => {
  const running = await agent('as uid 65532 without any capability')
  const url = (flow: string) => `http://${node}:7002/evidence?flow=${flow}`
  const ports = holding.printed()
  expect(await net.get('pod', url(ownFlow()))).toHaveProperty('readings')
  for (const [from, flow] of [
    ['other', ownFlow()],
    ['node', ownFlow()],
    ['pod', `tcp,${node}:1,10.244.1.11:7000`],
    ['pod', 'tcp,127.0.0.1:1,127.0.0.1:2'],
  ] as const)
    expect(await net.get(from, url(flow)), `${from} ${flow}`).toMatchObject({
      error: expect.stringContaining('told only to the address they leave from'),
    })
  expect(await net.get('node', url(`tcp,${node}:${ports},10.244.1.11:7000`))).toHaveProperty('readings')
  await running.stop()
})
