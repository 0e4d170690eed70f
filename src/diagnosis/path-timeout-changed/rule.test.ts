import { describe, expect, test } from 'vitest'
import { forgottenAfter, type Fortune, type Rungs, rungs } from '../../../test/rungs.ts'
import { examined, opened, storyBegins } from '../../../test/stories.ts'
import type { Evidence } from '../../outcome/evidence.ts'
import type { Observation } from '../../outcome/observation.ts'
import type { Verdict } from '../../outcome/verdict.ts'
import { diagnostician } from '../diagnose.ts'
import { defineRule } from '../rule.ts'
import { pathTimeoutChanged } from './rule.ts'

const hour = 3600
const ladder = { idleS: [60, 300, 600, 900], toS: 8 * hour }
const changed = 4 * hour

type Fates = NonNullable<Rungs['fortune']>
const first = (before: Fates, after: Fates): Fates =>
  function fortune(each) {
    return each.fromS < changed ? before(each) : after(each)
  }
const lives: Fates = () => 'survived'

/** Evidence is read every quarter of a minute, as it is while all is well. */
function watched(story: readonly Observation[], evidence: Evidence = {}): Observation[] {
  const looks = Array.from({ length: (8 * hour) / 15 }, (_, i) => examined(i * 15 + 0.5, evidence))
  return [...story, ...looks].toSorted((a, b) => a.at - b.at)
}

function verdictsOf(story: readonly Observation[], ...rules: Parameters<typeof defineRule>[0][]): Verdict[] {
  const judge = diagnostician([pathTimeoutChanged, ...rules])
  return story.flatMap(each => judge.fold(each)).filter(({ name }) => name === pathTimeoutChanged.name)
}
const wordsOf = ({ id, variant, state, planned }: Verdict) => `${id} ${variant} ${state}${planned ? ' planned' : ''}`
const told = (fortune: Fates, evidence?: Evidence) => verdictsOf(watched(rungs({ ...ladder, fortune }), evidence))

describe('a timeout that changes is told with before and after', () => {
  test('it became shorter: a fault, with a keepalive that survives', () => {
    const verdicts = told(first(lives, forgottenAfter(350)))
    expect(verdicts.map(wordsOf)).toEqual([
      'path-timeout-changed-1 shorter open',
      'path-timeout-changed-1 shorter closed',
    ])
    expect(verdicts[0]).toMatchObject({
      series: ['tcp-hold/rungs'],
      confidence: { level: 'likely' },
      evidence: [
        {
          source: 'client',
          says: expect.stringMatching(/^until then: above 15m; none of \d+ such silences were fatal$/),
        },
        {
          source: 'client',
          says: expect.stringMatching(/^since then: between 5m and 10m; (\d+) of \1 such silences were fatal$/),
        },
      ],
      missing: [{ what: 'the agent of this node (longhold agent)' }],
    })
    expect(verdicts[0]?.says).toMatch(
      /^The idle timeout of the path through the Service \(tcp-hold, the client speaks, keepalive off\) became shorter: it is between 5m and 10m now, and was above 15m \(/,
    )
    expect(verdicts[0]?.remedy).toContain('sysctl -w net.ipv4.tcp_keepalive_time=100')
    const tookS = ((verdicts[0]?.openedAt ?? 0) - storyBegins) / 1000 - changed
    expect(tookS).toBeGreaterThan(1800)
    expect(tookS).toBeLessThan(5 * 900)
  })

  test('it became longer: no fault', () => {
    expect(told(first(forgottenAfter(350), lives)).map(wordsOf)).toEqual([
      'path-timeout-changed-1 longer open planned',
      'path-timeout-changed-1 longer closed planned',
    ])
  })

  test('the node’s own timer, where it is what is measured, proves it', () => {
    const timer = 'net.netfilter.nf_conntrack_tcp_timeout_established'
    const sysctl = (s: number): Evidence => ({ node: { sysctl: { at: storyBegins, value: { [timer]: s } } } })
    const levels = (s: number) =>
      told(first(lives, forgottenAfter(350)), sysctl(s)).map(({ confidence }) => confidence.level)
    expect(levels(350)).toEqual(['proven', 'proven'])
    expect(levels(86_400)).toEqual(['likely', 'likely'])
  })
})

/** Whatever is spoken then is not answered. */
const outage =
  (fromS: number, toS: number): Fates =>
  ({ fromS: began, idleS }) =>
    began + idleS > fromS && began + idleS < toS ? 'unheard' : 'survived'

/** A rule that explains every death. */
const cause = (name: string, family: 'ended' | 'forgotten-flow') =>
  defineRule({
    name,
    title: '',
    family,
    judge: of =>
      of.deaths.length === 0
        ? []
        : [
            {
              says: '',
              explains: of.deaths,
              of: of.deaths.length,
              confidence: { level: 'likely', because: '' },
              evidence: [],
              ruledOut: [],
              missing: [],
              remedy: [],
            },
          ],
  })

/** Each of them is met. */
const met = (s: number, servers: readonly string[]) =>
  servers.map((instance, i) =>
    opened(s + i / 10, {
      cohort: 'rungs',
      id: `${s} ${i}`,
      peer: { pod: instance, node: 'n', ip: '10.0.0.2', instance },
    }),
  )

describe('silent', () => {
  test.each<[string, Fates]>([
    ['nothing changes', lives],
    ['it always was so', forgottenAfter(350)],
    ['a flush', ({ fromS, idleS }) => (fromS < changed && fromS + idleS > changed ? 'reset' : 'survived')],
    [
      'a flush each hour',
      ({ fromS, idleS }): Fortune => {
        const next = Math.ceil(fromS / hour) * hour
        return next > fromS && next < fromS + idleS ? 'reset' : 'survived'
      },
    ],
    ['an outage', outage(changed, changed + 1500)],
    [
      'a rollout',
      ({ fromS, idleS }) => (fromS < changed && fromS + idleS > changed ? { plannedS: changed - fromS } : 'survived'),
    ],
    ['loss from some time on', first(lives, ({ i }) => (i % 4 === 0 ? 'unheard' : 'survived'))],
    ['too few silences', first(lives, each => (each.fromS < changed + 1000 ? forgottenAfter(350)(each) : 'survived'))],
  ])('%s', (_, fortune) => {
    expect(told(fortune)).toEqual([])
  })

  test('deaths that have another cause', () => {
    const story = watched(rungs({ ...ladder, fortune: first(lives, forgottenAfter(350)) }))
    expect(verdictsOf(story, cause('peer-died', 'ended'))).toEqual([])
    expect(verdictsOf(story, cause('conntrack-flush', 'forgotten-flow'))).toEqual([])
    expect(verdictsOf(story, cause('conntrack-expiry', 'forgotten-flow'))).toHaveLength(2)
  })

  test.each([
    ['to one server: the timeout is there, and heals silently', ['i1', 'i2'], ['i1'], 0],
    ['between more: it is gone', ['i1', 'i2'], ['i1', 'i3'], 2],
  ])('a Service is scaled %s', (_, before, after, verdicts) => {
    const story = rungs({ ...ladder, fortune: first(forgottenAfter(350), lives) })
    const all = [...story, ...met(10, before), ...met(changed + 1200, after)].toSorted((a, b) => a.at - b.at)
    expect(verdictsOf(watched(all))).toHaveLength(verdicts)
  })
})
