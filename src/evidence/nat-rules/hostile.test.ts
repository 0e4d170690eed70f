import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Absent } from '../source.ts'
import { asking, everything, fixture } from './fixtures/printed.ts'
import { natRules } from './facts.ts'
import { savedTables } from './iptables-text.ts'
import { parseRules } from './parse.ts'
import { planOf } from './plan.ts'
import { nftObjects } from './nft-json.ts'

const flows = asking(...everything)
const read = (saved: string, listed: string, unread: readonly string[] = []) => {
  const facts = parseRules(
    [{ family: 'ip', saved: [savedTables(saved)], listed: [listed], kubeProxyInPart: false, unread }],
    flows,
  )
  expect(natRules.schema.parse(facts)).toEqual(facts)
  return facts
}
const nothing = '{"nftables": []}'
const iptables = fixture('iptables-nft-save-1.8.9-iptables')
const nft = fixture('nft-1.0.6-table-ip-kube-proxy-1.31')

/** What is said not to be there. */
const denied = (facts: object) => Object.entries(facts).filter(([, value]) => value === false)

describe('half of what a tool had to say', () => {
  test('of iptables-save: of a table that breaks off nothing is believed, and nothing is denied', () => {
    const ends = [...iptables.matchAll(/COMMIT\n|^\*/gm)].map(({ index }) => index)
    fc.assert(
      fc.property(fc.nat(iptables.length), at => {
        const inTable = ends.findLastIndex(end => end < at) % 2 === 0 && !ends.includes(at)
        const facts = read(iptables.slice(0, at), nothing)
        if (inTable) expect([denied(facts), facts.unread?.length]).toEqual([[], 1])
      }),
    )
  })

  test('of nft: it is no listing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: nft.trim().length - 1 }), at => {
        const facts = read('', nft.slice(0, at))
        expect([denied(facts), facts.unread]).toEqual([[], ['nft: printed what is no listing']])
      }),
    )
  })
})

test('any text at all gives facts', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string(), (saved, listed) => void read(saved, listed)))
})

test('any JSON in the shape of a listing gives facts, and a plan', () => {
  const kinds = fc.constantFrom('table', 'chain', 'rule', 'map', 'set')
  const listing = fc.record({ nftables: fc.array(fc.dictionary(kinds, fc.jsonValue())) })
  fc.assert(
    fc.property(fc.oneof(listing, fc.jsonValue()), value => {
      read('', JSON.stringify(value))
      planOf(nftObjects(JSON.stringify(value)) ?? [], 'ip', [])
    }),
  )
})

test('any change of a listing gives facts', () => {
  const words = nft.match(/"[^"]*"|\w+|[[\]{},:]/g) ?? []
  fc.assert(
    fc.property(fc.nat(words.length - 1), fc.jsonValue(), (at, value) => {
      read('', words.toSpliced(at, 1, JSON.stringify(value)).join(' '))
    }),
  )
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('a chain may be called %s', name => {
  const saved = `*nat\n:POSTROUTING ACCEPT [0:0]\n:${name} - [0:0]\n-A POSTROUTING -j ${name}\n-A ${name} -s 10.0.0.0/8 -j MASQUERADE\nCOMMIT\n`
  expect(read(saved, nothing).masquerades).toMatchObject([{ source: '10.0.0.0/8' }])
  const objects = [
    { chain: { family: 'ip', table: 't', name, hook: 'postrouting' } },
    { rule: { family: 'ip', table: 't', chain: name, expr: [{ masquerade: null }] } },
  ]
  expect(read('', JSON.stringify({ nftables: objects })).masquerades).toHaveLength(1)
})

test('chains that lead to one another in a circle', () => {
  const saved = `*nat\n:POSTROUTING ACCEPT [0:0]\n:A - [0:0]\n:B - [0:0]\n-A POSTROUTING -j A\n-A A -s 10.0.0.0/8 -j B\n-A B -j A\n-A B -j MASQUERADE\nCOMMIT\n`
  expect(read(saved, nothing).masquerades).toHaveLength(1)
})

test('rules that multiply are given up, not followed to their end', () => {
  const size = 1000
  const lines = Array.from({ length: size }, (_, i) => `-A POSTROUTING -s 10.${i >> 8}.${i & 255}.0/24 -j A`)
  const inner = Array.from({ length: size }, () => '-A A -j MASQUERADE')
  const saved = ['*nat', ':POSTROUTING ACCEPT [0:0]', ':A - [0:0]', ...lines, ...inner, 'COMMIT', ''].join('\n')
  expect(() => read(saved, nothing)).toThrow(Absent)
})

test.each([
  ['a table', `*${'x'.repeat(1e6)}\n`],
  ['a thousand tables', '*nat\n'.repeat(1000)],
  ['a range', `*nat\n:POSTROUTING -\n-A POSTROUTING -s ${'x'.repeat(1e6)} -j MASQUERADE\nCOMMIT\n`],
  [
    'a backend',
    `*nat\n:PREROUTING -\n:KUBE-SERVICES -\n:KUBE-SVC-A -\n-A PREROUTING -j KUBE-SERVICES\n-A KUBE-SERVICES -d 10.96.22.22/32 -p tcp --dport 7000 -j KUBE-SVC-A\n-A KUBE-SVC-A -j DNAT --to-destination ${'1'.repeat(1e6)}\nCOMMIT\n`,
  ],
])('%s of a million letters makes no large facts', (_, saved) => {
  expect(JSON.stringify(read(saved, nothing)).length).toBeLessThan(10_000)
})

test('what is shown to people is bounded, and has no control characters', () => {
  const rules = Array.from(
    { length: 1000 },
    (_, i) =>
      `-A POSTROUTING -s 10.${i >> 8}.${i & 255}.0/24 -m comment --comment "\u001b[2J${'x'.repeat(500)}" -j MASQUERADE`,
  )
  const { masquerades } = read(['*nat', ':POSTROUTING ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n'), nothing)
  expect(masquerades).toHaveLength(64)
  for (const { text } of masquerades) expect(text).toMatch(/^\P{Cc}{300}$/u)
})
