import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ledgerFacts } from './facts.ts'
import { parseAnswer } from './parse.ts'

const asked = { id: 'c1', instance: 'before' }
const server = { pod: 'srv-1', node: 'node-b', ip: '10.244.2.11', instance: 'after' }
const account = {
  server,
  id: 'c1',
  kind: 'tcp-hold',
  cohort: 'quiet',
  path: 'service',
  client: { pod: 'c', node: 'n', ip: '10.244.1.10', instance: 'i' },
  remote: '10.0.1.1:40053',
  local: '10.244.2.11:7000',
  openedAt: 1000,
  lastAt: 2000,
  exchanges: 3,
  bytesIn: 90,
  bytesOut: 90,
  state: 'open',
}
const answer = (value: unknown, status = 200) => parseAnswer(asked, { status, body: JSON.stringify(value) })

test('an account is told with who answered', () => {
  expect(answer(account)).toEqual({
    id: 'c1',
    instance: 'before',
    answeredBy: 'after',
    state: 'open',
    remote: '10.0.1.1:40053',
    lastAt: 2000,
    exchanges: 3,
  })
})

test('an ending is told whole', () => {
  const ending = { at: 5, fate: 'reset', phase: 'exchange', code: 'ECONNRESET read', planned: false, zombie: false }
  expect(answer({ ...account, state: 'ended', ending })).toMatchObject({ state: 'ended', ending })
})

test('a server of an earlier version does not say who it is', () => {
  const { server: _, ...unnamed } = account
  expect(answer(unnamed)).not.toHaveProperty('answeredBy')
})

test('a ledger that knows nothing says who it is', () => {
  expect(answer({ error: 'no account of "c1"', server }, 404)).toEqual({
    ...asked,
    answeredBy: 'after',
    state: 'unknown',
  })
})

describe('who is no ledger is unreachable', () => {
  test.each([
    ['a client', answer({ error: 'longhold client keeps no ledger: ask the server' }, 404), 'keeps no ledger'],
    ['another web server', parseAnswer(asked, { status: 404, body: '<html>nginx' }), 'is no ledger'],
    ['one that fails', answer({}, 500), 'it answered 500'],
    ['one that says nothing', parseAnswer(asked, { status: 200, body: '' }), 'no account'],
    ['one that tells of another connection', answer({ ...account, id: 'c2' }), 'another connection'],
    ['one from the future', answer({ ...account, state: 'hibernating' }), 'no account'],
    ['one that lies about time', answer({ ...account, lastAt: 'yesterday' }), 'no account'],
    ['one with a novel in place of an address', answer({ ...account, remote: 'x'.repeat(1000) }), 'no account'],
  ])('%s', (_, fact, why) => {
    expect(fact).toMatchObject({ ...asked, state: 'unreachable', why: expect.stringContaining(why) })
  })

  test('its words are made safe to print', () => {
    const { why } = answer({ error: '\u001b[2J\nroot:x' + 'y'.repeat(999) }, 404)
    expect(why).toMatch(/^it answered 404: [ -~]{1,200}$/)
  })
})

test('whatever comes back, it is a fact of the agreed shape', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record({ ...Object.fromEntries(Object.keys(account).map(key => [key, fc.jsonValue()])), id: fc.constant('c1') }),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(200, 404, 500),
      fc.oneof(
        fc.string(),
        value.map(each => JSON.stringify(each)),
      ),
      (status, body) => {
        expect(() => ledgerFacts.schema.parse([parseAnswer(asked, { status, body })])).not.toThrow()
      },
    ),
  )
})
