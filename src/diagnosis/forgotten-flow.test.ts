import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as accounts from '../../test/silence-accounts.ts'
import { byIpvs, byRules, caseWith, type Said, two } from '../../test/silence-evidence.ts'
import { type End, silence } from '../../test/silences.ts'
import { rules } from './index.ts'

/** Mechanisms of one family are each other's look-alikes: what they make of any story at all. */
const family = rules.filter(each => each.family === 'forgotten-flow')

const ends: readonly End[] = ['answered', 'word', 'probe', 'unasked', 'zombie', 'silence', 'fin']
const cohort = fc
  .record({
    name: fc.constantFrom('silent', 'kept', 'direct'),
    path: fc.constantFrom('service', 'pod'),
    connections: fc.integer({ min: 1, max: 60 }),
    idle: fc.constantFrom(0, 0.04, 1, 60, 350, 900, 86_400),
    from: fc.integer({ min: -5000, max: 5000 }),
    apart: fc.constantFrom(0, 0.001, 7),
    keepalive: fc.constantFrom(undefined, 1, 60, 7200),
    servers: fc.integer({ min: 1, max: 4 }),
    called: fc.constantFrom(undefined, '10.244.2.11:7000', '203.0.113.9:7000', 'no address'),
    pattern: fc.array(fc.constantFrom(...ends), { minLength: 1, maxLength: 5 }),
  })
  .map(({ pattern, keepalive, called, ...rest }) =>
    silence({
      ...rest,
      ...(keepalive !== undefined && { keepalive }),
      ...(called !== undefined && { called }),
      ends: i => pattern[i % pattern.length] ?? 'answered',
    }),
  )
const said: fc.Arbitrary<Said> = fc
  .record({
    ledger: fc.constantFrom(undefined, ...Object.values(accounts).filter(each => each !== accounts.lostInSilence)),
    node: fc.constantFrom(
      undefined,
      ...[1, 600, 86_400].flatMap(s => [
        byRules(s),
        byIpvs(s),
        byRules(s, {}, []),
        byIpvs(s, two.slice(1)),
        byIpvs(s, []),
      ]),
    ),
    strict: fc.boolean(),
    outRsts: fc.constantFrom(0, 100),
    invalid: fc.constantFrom(0, 100),
  })
  .map(({ ledger, node, strict, ...rose }) => ({
    ...(ledger && { ledger: ledger as NonNullable<Said['ledger']> }),
    ...(node && { node: { ...node, ...(strict && { sysctl: { ...node.sysctl, [loose]: 0 } }) } }),
    rose: node ? rose : { outRsts: rose.outRsts },
  }))
const loose = 'net.netfilter.nf_conntrack_tcp_loose'

test('no story makes a rule throw, and none is told twice by those that are sure', () => {
  fc.assert(
    fc.property(fc.array(cohort, { minLength: 1, maxLength: 4 }), said, (cohorts, said) => {
      const of = caseWith(said, ...cohorts)
      const symptoms = new Set<unknown>([...of.deaths, ...of.misses, ...of.changes])
      const found = family.flatMap(rule => rule.judge(of).map(finding => ({ rule: rule.name, ...finding })))
      for (const { explains, of: all, exposureMs, says, remedy } of found) {
        expect(explains.length).toBeGreaterThan(0)
        expect(explains.filter(each => !symptoms.has(each))).toEqual([])
        expect(all).toBeGreaterThanOrEqual(explains.length)
        expect(exposureMs ?? 0).toBeGreaterThanOrEqual(0)
        expect([says, ...remedy].filter(each => /undefined|NaN|Infinity/.test(each))).toEqual([])
      }
      const sure = found.filter(({ only }) => only === undefined)
      for (const death of of.deaths) {
        const names = sure
          .filter(({ explains }) => explains.includes(death))
          .map(({ rule, variant }) => `${rule}/${variant}`)
        expect(names.slice(1)).toEqual([])
      }
    }),
    { numRuns: 400 },
  )
})

test('a large case is judged in a fraction of a second', () => {
  const many = [900, 300, 60, 30].flatMap((idle, n) =>
    Array.from({ length: 6 }, (_, round) =>
      silence({
        name: `c${n}`,
        idle,
        from: round * 1000,
        connections: 300,
        ends: i => (i % 2 === 0 ? 'word' : 'answered'),
      }),
    ),
  )
  const of = caseWith({ ledger: accounts.open, node: byRules(600) }, ...many)
  const began = performance.now()
  for (const rule of family) rule.judge(of)
  expect(performance.now() - began).toBeLessThan(1500)
})
