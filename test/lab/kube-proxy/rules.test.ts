import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanUpCommands } from './clean-up.ts'
import { cniCommands } from './cni.ts'
import { proxies } from './proxies.ts'
import type { Desired } from './services.ts'
import { desire, hosts, node, seenOf, rulesOf, type Testbed, testbed, whoOf } from './testbed.ts'

/** The rules, loaded with the real tools into a real kernel, and asked through with real sockets. */
const vip = '10.96.22.22:7000'
const both = desire(['srv1', 'srv2'])

describe.each(['iptables', 'nftables'] as const)('%s', mode => {
  const proxy = proxies[mode]
  let bed: Testbed
  beforeAll(async () => {
    bed = await testbed()
    await bed.run([...proxy.setUp(node, both), ...proxy.sync(both, node)])
  })
  afterAll(() => bed?.[Symbol.asyncDispose]())

  const rules = () => rulesOf(bed, mode)
  const whileWanting = async <T>(wanted: Desired, look: () => Promise<T>): Promise<T> => {
    await bed.run(proxy.sync(wanted, node, both))
    const seen = await look()
    await bed.run(proxy.sync(both, node, wanted))
    return seen
  }

  test.each(['tcp', 'udp'] as const)(
    'a ClusterIP leads to every endpoint, and the pod keeps its address (%s)',
    async protocol => {
      const answers = await bed.ask('client', protocol, vip, { times: 40 })
      expect(whoOf(answers)).toEqual(['srv1', 'srv2'])
      expect(seenOf(answers)).toEqual([hosts.client])
    },
  )

  test('three endpoints are as likely as each other', () => {
    const { stdin = '' } = proxy.sync(three, node).at(-1) ?? {}
    const chances = mode === 'iptables' ? ['0.3333333333', '0.5000000000'] : ['numgen random mod 3 map { 0 :', ', 2 :']
    for (const chance of chances) expect(stdin).toContain(chance)
  })

  test('the node reaches a ClusterIP too, and is masqueraded', async () => {
    expect(whoOf(await bed.ask('node', 'tcp', vip, { times: 20 }))).toEqual(['srv1', 'srv2'])
  })

  test('a node port leads there from outside, as if the node asked', async () => {
    const answers = [
      ...(await bed.ask('ext', 'tcp', `${node.address}:30700`, { times: 20 })),
      ...(await bed.ask('ext', 'udp', `${node.address}:30700`, { times: 20 })),
    ]
    expect(whoOf(answers)).toEqual(['srv1', 'srv2'])
    expect(seenOf(answers)).toEqual(['10.244.1.1'])
  })

  test('without MASQUERADE a node port shows who asks', async () => {
    const wanted = { ...both, masqueradeMarked: false }
    const answers = await whileWanting(wanted, () => bed.ask('ext', 'tcp', `${node.address}:30700`, { times: 4 }))
    expect(seenOf(answers)).toEqual([hosts.ext])
  })

  test.each([
    [true, { who: 'srv1', seen: '10.244.1.1' }],
    [false, { failed: 'timeout' }],
  ] as const)(
    'a pod reaches itself through its Service when marked traffic is masqueraded: %s',
    async (masqueradeMarked, answer) => {
      const wanted = desire(['srv1'], { masqueradeMarked })
      expect(await whileWanting(wanted, () => bed.ask('srv1', 'tcp', vip))).toEqual([answer])
    },
  )

  test('a Service without endpoints refuses, at its ClusterIP and at its node port', async () => {
    const answers = await whileWanting(desire([]), async () => [
      ...(await bed.ask('client', 'tcp', vip)),
      ...(await bed.ask('client', 'udp', vip, { port: 41_000 })), // a port that conntrack has no entry for
      ...(await bed.ask('ext', 'tcp', `${node.address}:30700`)),
    ])
    expect(answers).toEqual(Array.from({ length: 3 }, () => ({ failed: 'ECONNREFUSED' })))
  })

  test('an endpoint that is not ready gets nothing', async () => {
    const [web] = both.services
    const endpoints = [{ address: hosts.srv1, weight: 0 }, { address: hosts.srv2 }]
    const wanted = { ...both, services: web ? [{ ...web, endpoints }] : [] }
    expect(whoOf(await whileWanting(wanted, () => bed.ask('client', 'tcp', vip, { times: 20 })))).toEqual(['srv2'])
  })

  test('what conntrack calls INVALID is dropped where that is wanted, and counted', async () => {
    await bed.net.on('node', 'sysctl', '-qw', 'net.netfilter.nf_conntrack_tcp_loose=0')
    await bed.run(proxy.sync({ ...both, dropInvalid: true }, node, both))
    const writer = bed.net.start('client', process.execPath, '-e', writes, hosts.srv1)
    while (!writer.printed().includes('open')) await new Promise(resolve => setTimeout(resolve, 20))
    await bed.net.on('node', 'conntrack', '-F')
    while ((await counted()) === 0) await new Promise(resolve => setTimeout(resolve, 50))
    await writer.stop()
    expect(await counted()).toBeGreaterThan(0)
    await bed.net.on('node', 'sysctl', '-qw', 'net.netfilter.nf_conntrack_tcp_loose=1')
    await bed.run(proxy.sync(both, node, both))
    expect(await rules()).not.toMatch(/state invalid/i)
  })
  const counted = async () => {
    const text = await bed.net.on('node', 'sh', '-c', 'iptables-save -c; nft list ruleset')
    return Number(
      /\[(\d+):\d+\] .*INVALID -j DROP|ct state invalid counter packets (\d+)/.exec(text)?.slice(1).join(''),
    )
  }

  test('a pinned UDP port stays with an endpoint that is gone until its entry is cleaned up', async () => {
    const port = 42_000
    const [first] = await bed.ask('client', 'udp', vip, { port })
    const [gone, stays] =
      first && 'who' in first && first.who === 'srv1' ? (['srv1', 'srv2'] as const) : (['srv2', 'srv1'] as const)
    const wanted = desire([stays])
    const [before, after] = await whileWanting(wanted, async () => {
      const stale = await bed.ask('client', 'udp', vip, { port })
      await bed.run(cleanUpCommands(both, wanted))
      await bed.run(cleanUpCommands(both, wanted)) // nothing left to delete is no failure
      return [stale, await bed.ask('client', 'udp', vip, { port })]
    })
    expect([whoOf(before ?? []), whoOf(after ?? [])]).toEqual([[gone], [stays]])
  })

  test('what pods send outside leaves with the address of the node, when the network plugin sees to it', async () => {
    const outside = `${hosts.ext}:7070`
    const inside = `${hosts.srv1}:7070`
    const seen = async (podEgress: boolean) => {
      await bed.run(cniCommands(mode, { podEgress, bridge: true }, node))
      return [await bed.ask('client', 'udp', outside), await bed.ask('client', 'udp', inside)].map(seenOf)
    }
    expect(await seen(true)).toEqual([[node.address], [hosts.client]])
    expect(await seen(false)).toEqual([[hosts.client], [hosts.client]])
    expect(await rules()).toMatch(
      mode === 'iptables'
        ? /-s 172.18.0.0\/16 ! -o br-docker -j MASQUERADE/
        : /172.18.0.0\/16 oifname != "br-docker" masq/,
    )
    await bed.run(cniCommands(mode, { podEgress: false, bridge: false }, node))
    expect(await rules()).not.toMatch(/172\.18/)
  })
})

const three: Desired = {
  ...both,
  services: both.services.map(each => ({
    ...each,
    endpoints: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(address => ({ address })),
  })),
}

/** Connects, says so, and writes until it is stopped. */
const writes = `
const socket = require('node:net').connect({ host: process.argv[1], port: 7071 }, () => {
  console.log('open')
  setInterval(() => socket.write('?'), 50)
})`
