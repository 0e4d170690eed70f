import { expect, test } from 'vitest'
import { asking } from './fixtures/printed.ts'
import { savedTables } from './iptables-text.ts'
import { parseRules, type Printed } from './parse.ts'

/** Ten thousand Services with three endpoints each, as a node of a large cluster has them. */
const numbers = Array.from({ length: 10_000 }, (_, i) => i)
const addressOf = (i: number) => `10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`
const podOf = (i: number, e: number) => `10.244.${(i + e * 7) & 255}.${((i >> 3) + e) & 255}`
const name = (i: number) => String(i).padStart(16, 'X')
const asked = asking(...numbers.filter(i => i % 650 === 7).map(i => `tcp ${addressOf(i)}:80`))
const expected = numbers
  .filter(i => i % 650 === 7)
  .map(i => ({ address: addressOf(i), backends: [0, 1, 2].map(e => `${podOf(i, e)}:8080`) }))

test('iptables: 17 MB of rules in well under a second', () => {
  const chains = numbers.flatMap(i => [
    `:KUBE-SVC-${name(i)} - [0:0]`,
    ...[0, 1, 2].map(e => `:KUBE-SEP-${name(i)}${e} - [0:0]`),
  ])
  const rules = numbers.flatMap(i => {
    const to = `-p tcp -m comment --comment "namespace-${i % 50}/service-${i}:http cluster IP" -m tcp --dport 80`
    return [
      `-A KUBE-SERVICES -d ${addressOf(i)}/32 ${to} -j KUBE-SVC-${name(i)}`,
      `-A KUBE-SVC-${name(i)} ! -s 10.244.0.0/16 -d ${addressOf(i)}/32 ${to} -j KUBE-MARK-MASQ`,
      ...[0, 1, 2].flatMap(e => [
        `-A KUBE-SVC-${name(i)} -m comment --comment "namespace-${i % 50}/service-${i}:http -> ${podOf(i, e)}:8080" -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-${name(i)}${e}`,
        `-A KUBE-SEP-${name(i)}${e} -s ${podOf(i, e)}/32 -m comment --comment "namespace-${i % 50}/service-${i}:http" -j KUBE-MARK-MASQ`,
        `-A KUBE-SEP-${name(i)}${e} -p tcp -m comment --comment "namespace-${i % 50}/service-${i}:http" -m tcp -j DNAT --to-destination ${podOf(i, e)}:8080`,
      ]),
    ]
  })
  const text = [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':KUBE-SERVICES - [0:0]',
    ...chains,
    '-A PREROUTING -j KUBE-SERVICES',
    ...rules,
    'COMMIT',
    '',
  ].join('\n')
  expect(text.length).toBeGreaterThan(15e6)
  quick(() => expect(services({ saved: [savedTables(text)] })).toMatchObject(expected))
})

test('nft: as much in maps and chains', () => {
  const of = { family: 'ip', table: 'kube-proxy' }
  const chain = (name: string, more: object = {}) => ({ chain: { ...of, name, ...more } })
  const rule = (chain: string, ...expr: object[]) => ({ rule: { ...of, chain, expr } })
  const objects = [
    chain('nat-prerouting', { hook: 'prerouting' }),
    rule('nat-prerouting', { vmap: { key: {}, data: '@service-ips' } }),
    {
      map: {
        ...of,
        name: 'service-ips',
        elem: numbers.map(i => [{ concat: [addressOf(i), 'tcp', 80] }, { goto: { target: name(i) } }]),
      },
    },
    ...numbers.flatMap(i => [
      chain(name(i)),
      rule(name(i), {
        dnat: { addr: { map: { key: {}, data: { set: [0, 1, 2].map(e => [e, { concat: [podOf(i, e), 8080] }]) } } } },
      }),
    ]),
  ]
  const text = JSON.stringify({ nftables: objects })
  quick(() => expect(services({ listed: [text] })).toMatchObject(expected))
})

const services = (printed: Partial<Printed>) =>
  parseRules([{ family: 'ip', saved: [], listed: [], kubeProxyInPart: false, unread: [], ...printed }], asked).services

/** By the core's time, not the wall's: others work here, too. */
function quick(work: () => void): void {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(1000)
}
