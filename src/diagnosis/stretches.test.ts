import { describe, expect, test } from 'vitest'
import { inOrder, type Fares, lost, type Series, series, strayed } from '../../test/asking.ts'
import { caseFrom } from '../../test/cases.ts'
import { lateAnswers } from './late.ts'
import { missesOf, sentIn } from './questions.ts'
import { outagesOf, stretchesOf } from './stretches.ts'
import { targetsOf } from './targets.ts'
import { storyBegins } from '../../test/stories.ts'

const at = (s: number) => storyBegins + s * 1000
const portOf = (of: Series) => {
  const made = caseFrom(series(of))
  const [port] = made.probes
  if (!port) throw new Error('no probe')
  return { of: made, port }
}
const pinned: Series = { mode: 'pinned', every: 1, to: 20 }
const out = (s: number): Fares => (s >= 5 && s < 10 ? lost : {})

describe('a stretch', () => {
  test('goes from the first question that was not heard to the last, and ends with one that was', () => {
    const [stretch, ...more] = stretchesOf(portOf({ ...pinned, fares: out }).port)
    expect(more).toEqual([])
    expect(stretch).toMatchObject({
      from: at(5),
      to: at(9),
      unheard: { length: 5 },
      whole: { from: at(4), to: at(10) },
    })
  })

  test('is open where nothing was heard after it', () => {
    const [stretch] = stretchesOf(portOf({ ...pinned, fares: s => (s >= 15 ? lost : {}) }).port)
    expect(stretch).toMatchObject({ after: undefined, whole: { to: Infinity } })
  })

  test('takes three', () =>
    expect(stretchesOf(portOf({ ...pinned, fares: s => (s >= 5 && s < 7 ? lost : {}) }).port)).toEqual([]))

  test('is of one flow: where the port asks another address, it is another', () => {
    const first = series({ ...pinned, to: 10, fares: () => lost })
    const then = series({ ...pinned, from: 10, called: '10.96.0.11:53', fares: () => lost })
    const [port] = caseFrom(inOrder(first, then)).probes
    expect(port && stretchesOf(port).map(({ flow, unheard }) => `${flow.remote} ${unheard.length}`)).toEqual([
      '10.96.0.10:53 10',
      '10.96.0.11:53 10',
    ])
  })
})

test('an outage is of new ports, whichever series they are', () => {
  const { probes } = caseFrom(
    inOrder(series({ every: 1, to: 20, fares: out }), series({ mode: 'pair', every: 1, to: 20, fares: out })),
  )
  expect(outagesOf(probes, 4)).toMatchObject([{ from: at(5), to: at(9), unheard: { length: 10 } }])
})

test('questions are found by when they were sent, not by when they were given up', () => {
  const { of, port } = portOf({ ...pinned, timeout: 3, fares: out })
  expect(sentIn([port], { from: at(5), to: at(6) })).toHaveLength(2)
  expect(missesOf(of, port, { from: at(9), to: at(30) })).toHaveLength(1)
})

test('a late answer belongs to the question that was sent then', () => {
  const fares: Series = { ...pinned, fares: out }
  const late = [5, 6, 8].map(sent => strayed(sent + 2.5, fares, 'late', { tookUs: 2_500_000 }))
  const stranger = strayed(9.5, fares, 'late', { tookUs: 5_000_000 })
  const [port] = caseFrom(inOrder(series(fares), late, [stranger])).probes
  expect(port && [...lateAnswers(port).values()]).toEqual([2500, 2500, 2500])
})

test('series that ask one address are one target, whatever they are called', () => {
  const told = inOrder(
    series(pinned),
    series({ to: 20 }),
    series({ ...pinned, probe: 'other', port: 40_054 }),
    series({ probe: 'silent', to: 3 }),
    series({ ...pinned, probe: 'elsewhere', called: '10.96.0.11:53' }),
    series({ mode: 'resolver', server: '*', to: 3 }),
  )
  const targets = targetsOf(caseFrom(told)).map(({ called, pinned, fresh, lookups }) => [
    called,
    pinned.length,
    fresh.length,
    lookups.length,
  ])
  expect(targets).toEqual([
    ['10.96.0.10:53', 2, 1, 1],
    ['dns/silent 1', 0, 1, 0],
    ['10.96.0.11:53', 1, 0, 0],
  ])
})
