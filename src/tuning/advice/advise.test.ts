import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advise } from './advise.ts'
import { breaksOf } from './breaks.ts'
import { endings, type Hop } from './hop.ts'

const hop = (name: string, lowS: number, refreshed = true): Hop => ({
  name,
  lowS,
  highS: lowS,
  refreshed,
  ending: 'reset',
  source: 'a test',
})

const deciding = (hops: readonly Hop[], wishes = {}) =>
  advise(hops, { losses: 2, ...wishes }).reasons.filter(({ decides }) => decides)

describe('why', () => {
  test('the hop that forgets first decides, of those that a keepalive keeps', () => {
    const [reason, ...more] = deciding([hop('conntrack', 86_400), hop('nlb', 350), hop('envoy', 60, false)])
    expect(more).toEqual([])
    expect(reason).toMatchObject({ name: 'timeout', says: expect.stringMatching(/^nlb forgets after 350 s/) as string })
  })

  test.each([
    ['a wish for quick detection', { detectS: 60 }, 'detection'],
    ['a budget', { packetsPerDay: 1000 }, 'budget'],
  ])('%s decides where it asks for another idle time', (_, wishes, name) => {
    expect(deciding([hop('nlb', 350)], wishes).map(each => each.name)).toEqual([name])
  })

  test('what only proxies forget leaves the kernel’s own time, and the application has to speak', () => {
    const { reasons, mustSpeak } = advise([hop('envoy', 3600, false)], { losses: 2 })
    expect(reasons.find(({ decides }) => decides)?.name).toBe('default')
    expect(mustSpeak).toEqual([{ hop: hop('envoy', 3600, false), everyS: 1200 }])
  })
})

const says = (hops: readonly Hop[], wishes: object) =>
  advise(hops, { losses: 2, ...wishes }).conflicts.map(each => `${each.wish}: ${each.says}`)

describe('what cannot be had', () => {
  test.each([
    [
      'a path that forgets at once',
      [hop('fw', 0.6)],
      {},
      [/^survival: no keepalive survives .* at least every 0.2 s\.$/],
    ],
    ['more lost probes than there are seconds', [hop('fw', 3)], {}, [/^losses: 2 lost probes .* at best 1,/]],
    [
      'detection too soon',
      [hop('fw', 350)],
      { detectS: 3 },
      [/^detection: .* at best after 4 s, or 3 s with 1 lost probe\.$/],
    ],
    [
      'a budget below what the path takes',
      [hop('fw', 350)],
      { packetsPerDay: 100 },
      [/^budget: 100 packets a day .* on a path that forgets after 350 s: at best \d+\.$/],
    ],
    [
      'a budget that forbids the detection',
      [hop('fw', 350)],
      { packetsPerDay: 1200, detectS: 60 },
      [/^budget: .* within 60 s: at best 5760; within the budget it is noticed after \d+ s\.$/],
    ],
    ['nothing that is wished for in reason', [hop('fw', 350)], { packetsPerDay: 2000, detectS: 600 }, []],
  ])('%s', (_, hops, wishes, expected) => {
    const found = says(hops, wishes)
    expect(found).toHaveLength(expected.length)
    for (const [at, pattern] of expected.entries()) expect(found[at]).toMatch(pattern)
  })
})

const hops = fc.array(
  fc.record({
    name: fc.constantFrom('conntrack', 'ipvs', 'lb', 'measured'),
    lowS: fc.oneof(fc.double({ min: 0.5, max: 60, noNaN: true }), fc.integer({ min: 1, max: 500_000 })),
    wider: fc.double({ min: 1, max: 1.2, noNaN: true }),
    refreshed: fc.boolean(),
    ending: fc.constantFrom(...endings),
    source: fc.constant('a test'),
  }),
  { maxLength: 4 },
)
const path = hops.map(all => all.map(({ wider, ...each }): Hop => ({ ...each, highS: each.lowS * wider })))
const wishes = fc.record({
  losses: fc.integer({ min: 0, max: 10 }),
  detectS: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
  packetsPerDay: fc.option(fc.integer({ min: 1, max: 200_000 }), { nil: undefined }),
})

test('whatever the path and the wishes: what is advised keeps to both, or says to which of them it does not', () => {
  fc.assert(
    fc.property(path, wishes, (hops, wish) => {
      const { setting, costs, losses, conflicts } = advise(hops, wish)
      const unmet = conflicts.map(each => each.wish)
      if (!setting || !costs) {
        expect(unmet).toEqual(['survival'])
        return
      }
      for (const { lowS } of hops.filter(({ refreshed }) => refreshed))
        expect(setting.idleS + losses * setting.intervalS).toBeLessThan(lowS)
      expect(losses < wish.losses).toBe(unmet.includes('losses'))
      expect(costs.idleDetectionS > (wish.detectS ?? Infinity)).toBe(unmet.includes('detection'))
      expect(costs.packetsPerDay > (wish.packetsPerDay ?? Infinity)).toBe(unmet.includes('budget'))
    }),
    { numRuns: 500 },
  )
})

test('nothing breaks with what is advised but wishes that cannot be had', () => {
  fc.assert(
    fc.property(path, wishes, (hops, wish) => {
      const { setting, conflicts } = advise(hops, wish)
      if (!setting) return
      const names = { losses: 'few-losses', detection: 'slow-detection', budget: 'over-budget' } as const
      const said = conflicts.flatMap(each => (each.wish === 'survival' ? [] : [names[each.wish]]))
      const broken = breaksOf(setting, hops, wish).map(({ name }) => name)
      for (const name of broken) expect(said).toContain(name)
    }),
    { numRuns: 500 },
  )
})
