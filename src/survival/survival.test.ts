import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forgottenAfter, type Rungs, rungs } from '../../test/rungs.ts'
import { chance } from '../../test/simulated/chance.ts'
import { ended, exchanged, storyBegins } from '../../test/stories.ts'
import type { Observation } from '../outcome/observation.ts'
import { survivalCurve } from '../stats/survival.ts'
import { binOf, edgesMs } from './edges.ts'
import { mostPaths, type PathChange, paths } from './paths.ts'
import { keepaliveWord } from './series.ts'

const hour = 3600

function told(...stories: readonly (readonly Observation[])[]) {
  const silences = paths()
  const changes: PathChange[] = []
  for (const each of stories.flat().toSorted((a, b) => a.at - b.at)) {
    const change = silences.fold(each)
    if (change) changes.push(change)
  }
  return { silences, changes, shown: silences.show(), only: silences.show()[0] }
}
const bracket = (stories: Rungs) => {
  const { timeout } = told(rungs(stories)).only ?? {}
  return timeout && [timeout.ends, Math.round(timeout.lowMs / 1000), Math.round(timeout.highMs / 1000)]
}

describe('bins', () => {
  test('a rung lies in one, whether its timer rings a tick early or late; its neighbours lie elsewhere', () => {
    for (const s of [30, 60, 350, 900, 3600, 86_400]) {
      expect(binOf(s * 1000 - 20)).toBe(binOf(s * 1000 + 20))
      expect(binOf(s * 990)).toBeLessThan(binOf(s * 1000))
      expect(binOf(s * 1010)).toBeGreaterThan(binOf(s * 1000))
    }
  })

  test('there is one for every length', () => {
    expect([binOf(0), binOf(999), binOf(1e12)]).toEqual([0, 0, edgesMs.length])
    fc.assert(
      fc.property(fc.double({ min: 1000, max: 6e8, noNaN: true }), ms => {
        const at = binOf(ms)
        expect((edgesMs[at - 1] as number) <= ms && ms < (edgesMs[at] as number)).toBe(true) // both are there
        expect((edgesMs[at] as number) / (edgesMs[at - 1] as number)).toBeLessThan(1.11)
      }),
    )
  })
})

const ladder = { idleS: [60, 300, 600, 900], toS: 3 * hour }

describe('the timeout', () => {
  test('is above the longest silence survived and not above the shortest fatal one', () => {
    expect(bracket({ ...ladder, fortune: forgottenAfter(350) })).toEqual(['found', 300, 600])
    expect(bracket({ ...ladder, fortune: forgottenAfter(700) })).toEqual(['found', 600, 900])
  })

  test('is found where every second or third finds its backend again', () => {
    expect(bracket({ ...ladder, fortune: forgottenAfter(350, 2) })).toEqual(['found', 300, 600])
    expect(bracket({ ...ladder, fortune: forgottenAfter(700, 3) })).toEqual(['found', 600, 900])
  })

  test('of a path that ends who is silent is the very moment', () => {
    expect(bracket({ ...ladder, fortune: ({ idleS }) => (idleS > 240 ? { cutS: 240.02 } : 'survived') })).toEqual([
      'cut',
      240,
      240,
    ])
  })

  test('is found where the server speaks and is not heard: its silence counts, not our waiting', () => {
    const { shown } = told(rungs({ ...ladder, speaker: 'server', fortune: forgottenAfter(350) }))
    expect(shown.map(({ of: { speaker } }) => speaker)).toEqual(['server'])
    expect(shown[0]?.timeout).toMatchObject({ ends: 'found', lowMs: expect.closeTo(300_000, -2) })
    expect(shown[0]?.timeout?.highMs).toBeCloseTo(600_000, -2)
  })

  test('is none where all silences are survived; the longest is known', () => {
    const { only } = told(rungs(ladder))
    expect(only?.timeout).toBeUndefined()
    expect(only?.survivedMs).toBeCloseTo(900_009, -1)
  })

  test.each<[string, NonNullable<Rungs['fortune']>]>([
    [
      'one flush, whoever is silent then',
      ({ fromS, idleS }) => (fromS < 5000 && fromS + idleS > 5000 ? 'reset' : 'survived'),
    ],
    [
      'an outage of ten minutes',
      ({ fromS, idleS }) => (fromS + idleS > 5000 && fromS + idleS < 5600 ? 'unheard' : 'survived'),
    ],
    ['loss, whatever the age', ({ i }) => (i % 5 === 0 ? 'unheard' : 'survived')],
    [
      'servers that crash every twenty minutes',
      ({ fromS, idleS }) => {
        const nextS = Math.ceil(fromS / 1200) * 1200
        return nextS < fromS + idleS ? { cutS: nextS - fromS } : 'survived'
      },
    ],
    [
      'servers that crash every ten minutes',
      ({ fromS, idleS }) => {
        const nextS = Math.ceil(fromS / 600) * 600
        return nextS < fromS + idleS ? { cutS: nextS - fromS } : 'survived'
      },
    ],
    ['rollouts', ({ idleS, i }) => (i % 3 === 0 ? { plannedS: idleS / 2 } : 'survived')],
  ])('is none after %s', (_, fortune) => {
    expect(bracket({ ...ladder, toS: 8 * hour, fortune })).toBeUndefined()
    expect(told(rungs({ ...ladder, toS: 8 * hour, fortune })).changes).toEqual([])
  })

  test('is none where a single rung dies: it may be something else than its age', () => {
    expect(bracket({ idleS: [900], toS: 3 * hour, fortune: () => 'reset' })).toBeUndefined()
  })
})

describe('the curve', () => {
  test('is the one that every single silence would give', () => {
    const story = rungs({ ...ladder, fortune: forgottenAfter(350, 2) })
    const ages = (died: boolean) =>
      story.flatMap(each =>
        (each.type === 'ended') === died && 'idleMs' in each ? [Math.round(each.idleMs / 1000)] : [],
      )
    const exact = survivalCurve(ages(true), ages(false))
    const { only } = told(story)
    expect(
      only?.curve.map(({ age, atRisk, deaths, survival }) => [Math.round(age / 1000), atRisk, deaths, survival]),
    ).toEqual(exact.map(({ age, atRisk, deaths, survival }) => [age, atRisk, deaths, expect.closeTo(survival, 12)]))
  })

  test('who was given up by plan was alive until then', () => {
    const story = [
      exchanged(1, { idleMs: 60_000 }),
      ended(2, { idleMs: 90_000, planned: true, phase: 'idle' }),
      ended(3),
    ]
    expect(told(story).only).toMatchObject({
      silences: { survived: 1, died: 1, unseen: 1 },
      curve: [{ atRisk: 1, deaths: 1, survival: 0 }],
    })
  })
})

test('what is in doubt, not of a client, or not of a silence counts nowhere', () => {
  const none = [
    exchanged(1, { side: 'server' }),
    { ...exchanged(2), suspect: true } as const,
    exchanged(3, { idleMs: 0 }),
    exchanged(4, { idleMs: Number.NaN }),
    ended(5, { phase: 'connect', idleMs: 0 }),
    { ...ended(6), suspect: true } as const,
  ]
  expect(told(none).shown).toEqual([])
})

const keepaliveOf = (cohort: string, keepalive: { idleS: number; intervalS: number; count: number } | undefined) =>
  [
    {
      type: 'options-set',
      side: 'client',
      kind: 'tcp-hold',
      cohort,
      path: 'service',
      configured: { keepalive, userTimeoutMs: 0 },
      effective: { keepalive, userTimeoutMs: 0 },
      at: storyBegins,
      steady: 0,
    },
  ] as const

describe('series', () => {
  test('silences of one path, speaker and keepalive profile are one, whichever cohort keeps them', () => {
    const probed = { idleS: 60, intervalS: 10, count: 3 }
    const { shown } = told(
      rungs({ cohort: 'short', idleS: [60, 300], toS: 3 * hour }),
      rungs({ cohort: 'long', idleS: [600], toS: 3 * hour, fortune: forgottenAfter(350) }),
      rungs({ cohort: 'kept', idleS: [60, 600], toS: 3 * hour }),
      keepaliveOf('kept', probed),
    )
    expect(shown.map(({ of, cohorts, timeout }) => [keepaliveWord(of.keepalive), cohorts, timeout?.ends])).toEqual([
      ['off', ['tcp-hold/short', 'tcp-hold/long'], 'found'],
      ['60s/10s/3', ['tcp-hold/kept'], undefined],
    ])
  })

  test('there are so many at most', () => {
    const silences = paths()
    for (let i = 0; i < 1000; i++) {
      const profile = { idleS: i + 1, intervalS: 10, count: 3 }
      for (const each of keepaliveOf('same', profile)) silences.fold(each)
      silences.fold(exchanged(i, { cohort: 'same' }))
    }
    expect(silences.show()).toHaveLength(mostPaths + 1)
    expect(silences.show().at(-1)).toMatchObject({ of: { kind: 'other' }, silences: { survived: 1000 - mostPaths } })
  })
})

/** What is silent since then is forgotten after another time. */
const from = (changedS: number, before: number, after: number, luck = Infinity): NonNullable<Rungs['fortune']> =>
  function fortune(silence) {
    return forgottenAfter(silence.fromS < changedS ? before : after, luck)(silence)
  }

describe('a change of the timeout', () => {
  const changed = storyBegins + 6 * hour * 1000
  const wordsOf = ({ became, before, now, after, by }: PathChange) => [
    became,
    before.timeout ? Math.round(before.timeout.highMs / 1000) : `above ${Math.round(before.survivedMs / 1000)}`,
    now.timeout ? Math.round(now.timeout.highMs / 1000) : `above ${Math.round(now.survivedMs / 1000)}`,
    // A silence that began before it may end a quarter of an hour later.
    after < changed + 900_000 && by > changed - 900_000,
  ]
  const during = (fortune: NonNullable<Rungs['fortune']>) => told(rungs({ ...ladder, toS: 12 * hour, fortune }))

  test.each<[string, NonNullable<Rungs['fortune']>, unknown[]]>([
    ['all was survived', from(6 * hour, 1000, 350), ['shorter', 'above 900', 600]],
    ['it was another', from(6 * hour, 700, 350), ['shorter', 900, 600]],
    ['it became longer', from(6 * hour, 350, 700), ['longer', 600, 900]],
    ['it is gone', from(6 * hour, 350, 1000), ['longer', 600, 'above 900']],
    ['half of them find their backend again', from(6 * hour, 1000, 350, 2), ['shorter', 'above 900', 600]],
  ])('is told once, with before and after: %s', (_, fortune, words) => {
    const { changes, only } = during(fortune)
    expect(changes.map(wordsOf)).toEqual([[...words, true]])
    expect(only?.change).toMatchObject({ became: words[0] })
    const measured = only?.timeout
      ? Math.round(only.timeout.highMs / 1000)
      : `above ${Math.round((only?.survivedMs ?? 0) / 1000)}`
    expect(measured).toBe(words[2]) // what was before is forgotten
  })

  test('is told within a few silences of the longest', () => {
    const story = rungs({ ...ladder, toS: 12 * hour, fortune: from(6 * hour, 1000, 350) })
    const silences = paths()
    const at = story.find(each => silences.fold(each))?.at ?? Infinity
    expect((at - storyBegins) / 1000 - 6 * hour).toBeLessThan(5 * 900)
  })

  test('is none while it stays, whatever the luck', () => {
    fc.assert(
      fc.property(fc.noShrink(fc.nat()), fc.constantFrom(350, 1000), (seed, timeout) => {
        const luck = chance(seed)
        const story = rungs({
          ...ladder,
          toS: 24 * hour,
          fortune: ({ idleS }) => {
            const die = luck.between(0, 100)
            if (idleS > timeout) return die < 50 ? 'reset' : 'survived'
            return die < 1 ? 'unheard' : 'survived'
          },
        })
        expect(told(story).changes).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})

test('what is remembered stays small, however long it runs', () => {
  const silences = paths()
  let most = 0
  for (let s = 0; s < 60 * 86_400; s += 30) {
    silences.fold(exchanged(s, { idleMs: 30_000 + (s % 7) * 100_000 }))
    const [tally] = silences.tallies
    most = Math.max(most, tally?.window.slices.length ?? 0)
  }
  expect(most).toBeLessThanOrEqual(45)
  const [only] = silences.show()
  expect((only?.until ?? 0) - (only?.since ?? 0)).toBeLessThan(2.2 * 7 * 86_400_000)
  expect((only?.until ?? 0) - (only?.since ?? 0)).toBeGreaterThan(7 * 86_400_000 - hour * 1000)
})
