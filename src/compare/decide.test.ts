import { expect, test } from 'vitest'
import { poissonDraw } from '../../test/simulated/draws.ts'
import { seeded } from '../stats/distribution/random.ts'
import { compareRates } from '../stats/poisson.ts'
import { decide, type Demands, type Facts } from './decide.ts'

const usual: Demands = { alpha: 0.05, power: 0.8, ratio: 2 }

const facts = (a: number, ofA: number, b: number, ofB: number, neverUp: readonly string[] = []): Facts => {
  const [first, second] = [
    { events: b, exposure: ofB },
    { events: a, exposure: ofA },
  ]
  return { a: second, b: first, held: compareRates(first, second), neverUp }
}

test.each<[string, Facts, Partial<Demands>, object]>([
  ['three times as many is worse', facts(10, 1000, 30, 1000), {}, { result: 'worse', because: 'faults' }],
  ['a third is better', facts(30, 1000, 10, 1000), {}, { result: 'better', because: 'faults' }],
  ['as many, of many, is no difference', facts(100, 1000, 104, 1000), {}, { result: 'no difference' }],
  ['as many, of few, is too little', facts(3, 1000, 3, 1000), {}, { result: 'too little exposure' }],
  [
    'few, where ten times is looked for, are enough',
    facts(8, 1000, 8, 1000),
    { ratio: 10 },
    { result: 'no difference' },
  ],
  ['none in either is too little', facts(0, 1000, 0, 1000), {}, { result: 'too little exposure', atLeast: true }],
  [
    'none in either is enough where a few are negligible',
    facts(0, 1000, 0, 1000),
    { negligible: 0.004 },
    { result: 'no difference', because: 'negligible' },
  ],
  [
    'worse, but below what matters, is not worse',
    facts(0, 1e6, 12, 1e6),
    { negligible: 0.001 },
    { result: 'no difference', because: 'negligible' },
  ],
  ['better is better, negligible or not', facts(12, 1e6, 0, 1e6), { negligible: 0.001 }, { result: 'better' }],
  ['a pool that held nothing', facts(3, 1000, 0, 0), {}, { result: 'too little exposure', detectable: Infinity }],
  ['nothing at all', facts(0, 0, 0, 0), {}, { result: 'too little exposure', detectable: Infinity }],
  ['a pool that never came up is worse', facts(0, 1000, 0, 0, ['b']), {}, { result: 'worse', because: 'never up' }],
  ['... also where few faults are negligible', facts(0, 1e6, 0, 1e6, ['b']), { negligible: 1 }, { result: 'worse' }],
])('%s', (_, given, demands, decision) => expect(decide(given, { ...usual, ...demands })).toMatchObject(decision))

/** The same counts are drawn again and again: each pair is decided once. */
function resultsWith(ofA: number, ofB: number): (a: number, b: number) => string {
  const known = new Map<string, string>()
  return (a, b) => {
    const key = `${a} ${b}`
    const result = known.get(key) ?? decide(facts(a, ofA, b, ofB), usual).result
    known.set(key, result)
    return result
  }
}

test('with as much more exposure as it asks for, it finds what it says in as many cases as it says', () => {
  const { times = 0 } = decide(facts(3, 1000, 3, 1000), usual)
  expect(times).toBeGreaterThan(5)
  const random = seeded(8)
  const result = resultsWith(1000 * times, 1000 * times)
  let found = 0
  const rounds = 800
  for (let round = 0; round < rounds; round++) {
    if (result(poissonDraw(3 * times, random), poissonDraw(6 * times, random)) === 'worse') found += 1
  }
  expect(found / rounds).toBeGreaterThan(0.76)
  expect(found / rounds).toBeLessThan(0.84)
})

test('equal rates are called worse no more often than alpha promises, over thousands of pairs of every size', () => {
  const random = seeded(5)
  for (const [mean, share] of [
    [2, 1],
    [12, 1],
    [40, 0.1],
    [90, 3],
  ] as const) {
    let [worse, better] = [0, 0]
    const rounds = 600
    const result = resultsWith(1000, 1000 * share)
    for (let round = 0; round < rounds; round++) {
      const called = result(poissonDraw(mean, random), poissonDraw(mean * share, random))
      if (called === 'worse') worse += 1
      if (called === 'better') better += 1
    }
    expect((worse + better) / rounds).toBeLessThanOrEqual(0.05 + 0.015)
  }
})
