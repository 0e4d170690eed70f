import { expect, test } from 'vitest'
import { losses } from './losses.ts'

const table = (drop: number, insertFailed = 0, count = 100) => ({
  count,
  max: 100,
  counters: { drop, insert_failed: insertFailed },
})

test('what was counted between two looks is one loss for as long as it goes on', () => {
  const lost = losses()
  for (const [s, drop] of [0, 0, 4, 9, 9, 9].entries()) lost.look(s * 1000, table(drop, 0, 90 + s))
  expect(lost.lately(6000)).toEqual([{ from: 1000, to: 3000, drop: 9, insertFailed: 0, count: 93, max: 100 }])
})

test('after a pause it is another one, and an hour later it is forgotten', () => {
  const lost = losses()
  lost.look(0, table(0))
  lost.look(1000, table(2, 2))
  lost.look(20_000, table(2, 2))
  lost.look(21_000, table(3, 2))
  expect(lost.lately(22_000).map(({ drop, insertFailed }) => [drop, insertFailed])).toEqual([
    [2, 2],
    [1, 0],
  ])
  expect(lost.lately(3_611_000)).toHaveLength(1)
  expect(lost.lately(3_700_000)).toEqual([])
})

test('only the newest are kept, and what was there before the first look is none', () => {
  const lost = losses()
  for (let i = 0; i < 40; i++) lost.look(i * 10_000, table(1000 + Math.ceil(i / 2)))
  expect(lost.lately(400_000)).toHaveLength(16)
  expect(lost.lately(400_000).at(-1)).toMatchObject({ from: 380_000, to: 390_000 })
})

test('counters that began anew, or cannot be read, tell of no more than is there', () => {
  const lost = losses()
  lost.look(0, table(500))
  lost.look(1000, table(3))
  lost.look(2000, { count: 1, max: 2, counters: {} })
  lost.look(3000, table(3))
  expect(lost.lately(4000)).toMatchObject([{ drop: 3 }])
})
