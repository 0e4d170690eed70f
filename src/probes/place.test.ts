import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isIn, placeOf, turnsOf } from './place.ts'
import { indicesIn } from './share.ts'

const layouts = fc.record({
  connections: fc.integer({ min: 1, max: 60 }),
  rungs: fc.integer({ min: 1, max: 7 }),
  names: fc.integer({ min: 1, max: 4 }),
})

test('the rungs of a turn are in one place', () => {
  const layout = { rungs: 3, names: 2 }
  const places = Array.from({ length: 9 }, (_, index) => placeOf(index, layout))
  expect(places.map(({ name, turn }) => `${name}:${turn}`).join(' ')).toBe('0:0 0:0 0:0 1:0 1:0 1:0 0:1 0:1 0:1')
})

test('a name has as many turns as its connections have places', () => {
  fc.assert(
    fc.property(layouts, layout => {
      const places = Array.from({ length: layout.connections }, (_, index) => placeOf(index, layout))
      for (let name = 0; name < layout.names; name += 1) {
        const met = new Set(places.filter(place => place.name === name).map(({ turn }) => turn))
        expect(turnsOf(name, layout)).toBe(met.size)
      }
    }),
  )
})

test('a turn is in the share of whoever holds one of its connections', () => {
  fc.assert(
    fc.property(layouts, fc.integer({ min: 1, max: 5 }), fc.nat(4), (layout, of, nth) => {
      fc.pre(nth < of)
      const held = new Set(
        indicesIn(layout.connections, { nth, of }).map(index => JSON.stringify(placeOf(index, layout))),
      )
      for (let name = 0; name < layout.names; name += 1)
        for (let turn = 0; turn < turnsOf(name, layout); turn += 1)
          expect(isIn({ nth, of }, { name, turn }, layout)).toBe(held.has(JSON.stringify({ name, turn })))
    }),
  )
})
