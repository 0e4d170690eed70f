import { describe, expect, test } from 'vitest'
import { cniCommands } from '../../../test/lab/kube-proxy/cni.ts'
import { jumping, restored } from '../../../test/lab/kube-proxy/iptables-restore.ts'
import { ipvsJumps, ipvsTables } from '../../../test/lab/kube-proxy/ipvs-rules.ts'
import { proxies } from '../../../test/lab/kube-proxy/proxies.ts'
import type { Command } from '../../../test/lab/kube-proxy/services.ts'
import { desire, node } from '../../../test/lab/kube-proxy/testbed.ts'
import { type Namespace, namespace } from '../../../test/namespace.ts'
import type { Machine } from '../source.ts'
import { asking } from './fixtures/printed.ts'
import type { NatRules } from './facts.ts'
import { natRulesSource } from './source.ts'

/** The real tools on a real kernel, with the rules that the lab's kube-proxy puts there. */
const vip = '10.96.22.22:7000'
const both = desire(['srv1', 'srv2'], { dropInvalid: true })
const backends = ['10.244.1.11:7070', '10.244.1.12:7070']
const egress = { podEgress: true, bridge: false } as const

/** A source's own type ends at the registry. */
const read = async (machine: Machine, ...remotes: readonly string[]) =>
  (await natRulesSource.read(machine, { flows: asking(...remotes), accounts: [] })) as NatRules

async function having(...commands: readonly Command[]): Promise<Namespace> {
  const it = await namespace('')
  await puts(it, ...commands)
  return it
}

async function puts(it: Namespace, ...commands: readonly Command[]): Promise<void> {
  for (const { argv, stdin = '' } of commands)
    await it.run(`${argv.map(word => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')} <<'RULES'\n${stdin}RULES\n`)
}

const everyRule = (it: Namespace) =>
  it.run('nft list ruleset; (iptables-legacy-save; ip6tables-legacy-save) | sed /^#/d; cat /proc/net/ip_tables_names')

describe.each(['iptables', 'nftables'] as const)('%s', mode => {
  const proxy = proxies[mode]
  const rules = [...proxy.setUp(node, both), ...proxy.sync(both, node), ...cniCommands(mode, egress, node)]

  test('what kube-proxy and a network plugin put there is found, and left as it was', async () => {
    await using it = await having(...rules)
    const before = await everyRule(it)
    expect(await read(it.machine, `tcp ${vip}`, `udp ${vip}`, 'tcp 192.168.77.1:30700', 'tcp 10.96.9.9:80')).toEqual({
      through: mode === 'iptables' ? 'iptables-save' : 'nft',
      serviceRules: true,
      services: [
        { proto: 'tcp', address: '10.96.22.22', port: 7000, backends, refuses: false },
        { proto: 'udp', address: '10.96.22.22', port: 7000, backends, refuses: false },
        { proto: 'tcp', address: '192.168.77.1', port: 30_700, backends, refuses: false },
      ],
      masquerades: [
        { source: '10.244.0.0/16', destination: '!10.244.0.0/16', randomFully: true, text: expect.any(String) },
      ],
      masqueradesMarked: true,
      randomFully: true,
      invalidDrop: true,
    })
    expect(await everyRule(it)).toBe(before)
  })

  test('it follows what kube-proxy and others do', async () => {
    await using it = await having(...rules)
    const look = async (...commands: readonly Command[]) => {
      await puts(it, ...commands)
      return read(it.machine, `tcp ${vip}`)
    }
    const none = desire([])
    expect(await look(...proxy.sync(none, node, both))).toMatchObject({
      services: [{ backends: [], refuses: true, refusal: 'reject' }],
      invalidDrop: false,
    })
    expect(await look(...proxy.sync(desire(['srv2'], { masqueradeMarked: false }), node, none))).toMatchObject({
      services: [{ backends: ['10.244.1.12:7070'], refuses: false }],
      masqueradesMarked: false,
    })
    expect(await look(...proxy.flush(node))).toMatchObject({ serviceRules: false, services: [], randomFully: true })
    expect(
      await look(...cniCommands(mode, { podEgress: false, bridge: true, randomFully: false }, node)),
    ).toMatchObject({
      masquerades: [{ source: '172.18.0.0/16' }],
      randomFully: false,
    })
  })
})

test('ipvs: the rules beside it mark and masquerade', async () => {
  const commands = [...jumping(ipvsJumps), restored(ipvsTables({ ...both, dropInvalid: false }, node))]
  await using it = await having(...commands)
  expect(await read(it.machine, `tcp ${vip}`)).toMatchObject({
    through: 'iptables-save',
    serviceRules: true,
    services: [],
    masqueradesMarked: true,
    invalidDrop: false,
  })
})

test('nothing is there: so it says, and nothing comes of having looked', async () => {
  await using it = await having()
  expect(await read(it.machine, `tcp ${vip}`, 'tcp [fd00::7]:53')).toMatchObject({
    serviceRules: false,
    invalidDrop: false,
  })
  expect(await everyRule(it)).toBe('')
})

test('both backends of iptables and a table of nft side by side', async () => {
  await using it = await having()
  await it.run(`iptables-nft -t nat -A POSTROUTING -s 10.1.0.0/16 -j MASQUERADE
    iptables-legacy -t nat -A POSTROUTING -s 10.2.0.0/16 -j MASQUERADE
    nft add table inet other
    nft add chain inet other post '{ type nat hook postrouting priority 0; }'
    nft add rule inet other post ip saddr 10.3.0.0/16 masquerade
    nft add rule inet other post ip6 saddr fd00::/64 masquerade`)
  const sources = async (...remotes: readonly string[]) =>
    (await read(it.machine, ...remotes)).masquerades.map(({ source }) => source).filter(each => each?.startsWith('10'))
  expect(await sources()).toEqual(['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16'])
})

test('a chain of nft in a table of iptables is read through nft', async () => {
  await using it = await having()
  await it.run(`iptables -t nat -A POSTROUTING -s 10.1.0.0/16 -j MASQUERADE
    nft add chain ip nat mine '{ type nat hook postrouting priority 0; }'
    nft add rule ip nat mine ip saddr 10.2.0.0/16 masquerade`)
  const facts = await read(it.machine)
  expect(facts.masquerades).toMatchObject([{ source: '10.1.0.0/16' }, { source: '10.2.0.0/16' }])
  expect(facts).not.toHaveProperty('unread')
})

test('IPv6', async () => {
  await using it = await having()
  await it.run(`ip6tables -t nat -A POSTROUTING -s fd00:10:244::/48 -j MASQUERADE
    ip6tables -t nat -N KUBE-SERVICES; ip6tables -t nat -N KUBE-SVC-A
    ip6tables -t nat -A PREROUTING -j KUBE-SERVICES
    ip6tables -t nat -A KUBE-SERVICES -d fd00:10:96::a -p tcp --dport 7000 -j KUBE-SVC-A
    ip6tables -t nat -A KUBE-SVC-A -p tcp -j DNAT --to-destination '[fd00:10:244::b]:7000'`)
  expect(await read(it.machine, 'tcp [fd00:10:96::a]:7000')).toMatchObject({
    serviceRules: true,
    services: [{ address: 'fd00:10:96::a', backends: ['[fd00:10:244::b]:7000'] }],
    masquerades: [{ source: 'fd00:10:244::/48' }],
  })
  expect(await read(it.machine, `tcp ${vip}`)).toMatchObject({ serviceRules: false, masquerades: [] })
})

test('of a table that is too large the maps are read', async () => {
  await using it = await having(...proxies.nftables.sync(both, node))
  const chains = Array.from({ length: 3001 }, (_, i) => `add chain ip kube-proxy c${i}\n`).join('')
  await puts(it, { argv: ['nft', '-f', '-'], stdin: chains })
  const facts = await read(it.machine, `tcp ${vip}`, 'tcp 10.96.9.9:80')
  expect(facts).toEqual({
    through: 'nft',
    serviceRules: true,
    services: [{ proto: 'tcp', address: '10.96.22.22', port: 7000, refuses: false }],
    masquerades: [],
    unread: ['nft: table ip kube-proxy has too many chains to list more than its maps'],
  })
})
