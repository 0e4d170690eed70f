import { describe, expect, test } from 'vitest'
import { type Fares, inOrder, looked, lost, type Series, series, strayed } from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import type { Observation } from '../../outcome/observation.ts'
import { dnsFailing } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) =>
  dnsFailing.judge(caseFrom(inOrder(...parts, [looked(40)])))
const fails = (fares: Fares): Series => ({ fares: s => (s >= 10 && s < 20 ? fares : { rcode: 'NOERROR' }) })
const broken: Fares = { fate: 'wrong-reply', code: 'WRONG_REPLY malformed' }
const aside = (what: 'foreign' | 'malformed', count = 4) =>
  Array.from({ length: 10 }, (_, i) => strayed(10.9 + i, {}, what, { count }))

describe('the server says that it fails', () => {
  test.each(['SERVFAIL', 'REFUSED', 'NOTIMP', 'FORMERR', 'NOTAUTH'])('%s: proven', rcode => {
    const [finding] = judge(series(fails({ rcode })))
    expect(finding).toMatchObject({ variant: 'code', confidence: { level: 'proven' }, explains: { length: 40 } })
    expect(finding?.says).toContain(rcode)
    expect(finding?.remedy.join('\n')).toContain(`# ${rcode}`)
  })

  test('lookups of applications as well', () => {
    expect(judge(series({ ...fails({ rcode: 'SERVFAIL' }), mode: 'resolver', server: '*' }))).toHaveLength(1)
  })

  test('a name that does not exist is no failure', () =>
    expect(judge(series(fails({ rcode: 'NXDOMAIN' })))).toEqual([]))
  test('three are none', () =>
    expect(judge(series({ fares: s => (s < 0.7 ? { rcode: 'SERVFAIL' } : {}) }))).toEqual([]))
  test('nor is one in a hundred', () => {
    expect(judge(series({ to: 250, fares: (_, i) => (i % 100 === 0 ? { rcode: 'SERVFAIL' } : {}) }))).toEqual([])
  })
})

describe('what comes is no answer', () => {
  test.each<[string, Series, readonly Observation[]]>([
    ['noise', fails(broken), aside('malformed')],
    ['noise that even has no sum', fails(broken), aside('malformed', 4)],
    ['another id', fails(lost), aside('foreign')],
    ['half a header', fails(lost), aside('malformed')],
  ])('%s: likely', (_, of, strays) => {
    const [finding] = judge(series(of), strays)
    expect(finding).toMatchObject({ variant: 'lies', confidence: { level: 'likely' }, explains: { length: 40 } })
  })

  test('a stranger, for some names only', () => {
    const stranger: Fares = { fate: 'wrong-source', code: 'WRONG_SOURCE', by: '10.244.2.99' }
    const evil: Series = { mode: 'pinned', fares: s => ({ question: 'evil A', ...(s >= 10 ? stranger : {}) }) }
    const good: Series = { probe: 'good', mode: 'pinned', port: 40_055, fares: () => ({ question: 'good A' }) }
    expect(judge(series(evil), series(good))).toMatchObject([{ variant: 'lies', explains: { length: 80 } }])
    const failing: Series = { ...good, fares: () => ({ question: 'good A', ...lost }) }
    expect(judge(series(evil), series(failing))).toMatchObject([{ variant: 'lies', explains: { length: 80 } }])
    expect(judge(series(evil))).toEqual([]) // for all names: a matter of addresses
  })
})

test.each<[string, Series, readonly Observation[]]>([
  ['silence, with nothing set aside', fails(lost), []],
  ['silence, with a few strays of others', fails(lost), aside('foreign', 1)],
  ['late answers', fails(lost), Array.from({ length: 40 }, (_, i) => strayed(12 + i / 4, {}, 'late', { tookUs: 2e6 }))],
  ['echo', { ...fails(broken), kind: 'udp-echo' }, aside('malformed')],
])('nothing is said of %s', (_, of, strays) => expect(judge(series(of), strays)).toEqual([]))
