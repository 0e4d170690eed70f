import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { identity } from '../../test/histories.ts'
import { exampleVerdict, noon } from '../../test/verdicts.ts'
import { families, type Family, type Verdict } from '../outcome/verdict.ts'
import { readLine, writeLine } from './journal/line.ts'
import { recorder } from './recorder.ts'
import { mostVerdicts, verdicts } from './verdicts.ts'

/** What a recorder has after these were told, one a second. */
function after(...told: readonly Verdict[]) {
  const into = verdicts()
  for (const each of told) into.fold(each)
  return into
}
const closed = (given: Partial<Verdict> = {}) => exampleVerdict({ state: 'closed', closedAt: noon + 60_000, ...given })
const ids = (of: readonly Verdict[]) => of.map(({ id, state }) => `${id} ${state}`)

test('a verdict opens, changes and closes, and is one all along', () => {
  const { all, counts } = after(exampleVerdict(), exampleVerdict({ count: 13 }), closed({ count: 14 }))
  expect(all).toEqual([closed({ count: 14 })])
  expect(counts).toEqual([{ name: 'conntrack-expiry', family: 'forgotten-flow', opened: 1, planned: 0 }])
})

test('open ones come first, faults before plans, and the newest of each', () => {
  const { all } = after(
    exampleVerdict({ id: 'a-1' }),
    exampleVerdict({ id: 'b-1', planned: true }),
    exampleVerdict({ id: 'c-1' }),
    exampleVerdict({ id: 'd-1' }),
    closed({ id: 'a-1' }),
    closed({ id: 'c-1' }),
  )
  expect(ids(all)).toEqual(['d-1 open', 'b-1 open', 'c-1 closed', 'a-1 closed'])
})

test('planned ones are counted apart', () => {
  const { counts } = after(exampleVerdict({ id: 'r-1' }), exampleVerdict({ id: 'r-2', planned: true }))
  expect(counts).toMatchObject([{ opened: 2, planned: 1 }])
})

test('one whose opening line was lost is counted when it closes', () =>
  expect(after(closed()).counts).toMatchObject([{ opened: 1 }]))

test('what was open when its process died is abandoned, and a later one of the same id is another', () => {
  const into = recorder()
  const tell = (at: number, verdict: Verdict) => into.fold({ type: 'judged', verdict, at, steady: at })
  into.fold({ type: 'began', side: 'client', identity: identity('self'), version: '0.1.0', at: noon, steady: 0 })
  tell(noon + 5000, exampleVerdict())
  into.pass({ at: noon + 50_000, steady: 50_000 })
  into.fold({
    type: 'began',
    side: 'client',
    identity: identity('self'),
    version: '0.1.0',
    at: noon + 90_000,
    steady: 0,
  })
  expect(into.snapshot().verdicts).toEqual([
    { ...exampleVerdict(), state: 'closed', closedAt: noon + 50_000, abandoned: true },
  ])
  tell(noon + 95_000, exampleVerdict({ openedAt: noon + 95_000 }))
  expect(into.snapshot().verdicts.map(({ state }) => state)).toEqual(['open', 'closed'])
  expect(into.snapshot().verdictCounts).toMatchObject([{ opened: 2 }])
})

test('however many there are, few are kept, and all are counted', () => {
  const into = verdicts()
  for (let n = 0; n < 3 * mostVerdicts; n++) {
    into.fold(exampleVerdict({ id: `n-${n}`, name: `name-${n}` }))
    if (n % 2 === 0) into.fold(closed({ id: `n-${n}`, name: `name-${n}` }))
  }
  expect(into.all).toHaveLength(mostVerdicts)
  expect(into.counts.length).toBeLessThanOrEqual(200)
  const again = recorder()
  for (let n = 0; n < 3 * mostVerdicts; n++)
    again.fold({ type: 'judged', verdict: exampleVerdict({ id: `n-${n}` }), at: n, steady: n })
  expect(again.snapshot().verdictCounts).toMatchObject([{ opened: 3 * mostVerdicts }])
})

const text = fc.string({ maxLength: 20 })
const anyVerdict: fc.Arbitrary<Verdict> = fc
  .record({
    id: text,
    name: text,
    family: fc.constantFrom(...(Object.keys(families) as Family[])), // `keys` forgets which
    says: text,
    planned: fc.boolean(),
    series: fc.array(text),
    remedy: fc.array(text),
    count: fc.nat(),
  })
  .map(exampleVerdict)

test('a line of the journal gives back the verdict that was told', () => {
  fc.assert(
    fc.property(anyVerdict, verdict => {
      const line = { type: 'judged', verdict, at: noon, steady: 1 } as const
      expect(readLine(writeLine(line))).toEqual(line)
    }),
  )
})

test.each([
  ['of no family', { family: 'gremlins' }],
  ['of no state', { state: 'ajar' }],
  ['whose evidence is a word', { evidence: 'trust me' }],
  ['without a since', { since: undefined }],
])('a verdict %s is a damaged line', (_, wrong) => {
  const line = { type: 'judged', verdict: { ...exampleVerdict(), ...wrong }, at: noon, steady: 1 }
  expect(readLine(JSON.stringify(line))).toBeUndefined()
})

test('a checkpoint from before there were verdicts is understood', () => {
  const into = recorder()
  into.fold({ type: 'judged', verdict: exampleVerdict(), at: noon, steady: 1 })
  const { verdicts: _, ...old } = into.state()
  into.restore(JSON.parse(JSON.stringify(old)))
  expect(into.snapshot()).toMatchObject({ verdicts: [], verdictCounts: [] })
})
