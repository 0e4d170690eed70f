import { expect, test } from 'vitest'
import { secondsFor } from './datagrams.ts'
import { type Outcome, searchFor } from './search.ts'

const domains = ['ns.svc', 'svc', '.']

test.each<[string, string, { ndots: number; search: string[] }, Record<string, Outcome>, string[], Outcome]>([
  [
    'few dots: the search first',
    'web',
    { ndots: 5, search: ['ns.svc', 'svc'] },
    { 'web.svc': 'found' },
    ['web.ns.svc', 'web.svc'],
    'found',
  ],
  [
    'in vain: as it is at last',
    'web.x',
    { ndots: 5, search: ['ns.svc'] },
    { 'web.x': 'found' },
    ['web.x.ns.svc', 'web.x'],
    'found',
  ],
  ['enough dots: as it is first', 'web.x', { ndots: 1, search: ['svc'] }, { 'web.x': 'found' }, ['web.x'], 'found'],
  [
    'enough dots, in vain: then the search',
    'web.x',
    { ndots: 1, search: ['svc'] },
    {},
    ['web.x', 'web.x.svc'],
    'not-found',
  ],
  ['a final dot: nothing else', 'web.', { ndots: 5, search: ['svc'] }, {}, ['web.'], 'not-found'],
  [
    'the root in the search list is as it is',
    'web',
    { ndots: 1, search: domains },
    {},
    ['web.ns.svc', 'web.svc', 'web.'],
    'not-found',
  ],
  [
    'silence stops the search, but not the name itself',
    'web',
    { ndots: 1, search: ['a', 'b'] },
    { 'web.a': 'silent' },
    ['web.a', 'web'],
    'not-found',
  ],
  [
    'SERVFAIL does not stop it',
    'web',
    { ndots: 1, search: ['a', 'b'] },
    { 'web.a': 'servfail' },
    ['web.a', 'web.b', 'web'],
    'servfail',
  ],
  ['refused stops everything', 'web', { ndots: 1, search: ['a', 'b'] }, { 'web.a': 'refused' }, ['web.a'], 'refused'],
  [
    'no data outweighs not found',
    'web',
    { ndots: 1, search: ['a', 'b'] },
    { 'web.a': 'no-data' },
    ['web.a', 'web.b', 'web'],
    'no-data',
  ],
  [
    'the name as it is outweighs all',
    'w.x',
    { ndots: 1, search: ['a'] },
    { 'w.x': 'silent', 'w.x.a': 'no-data' },
    ['w.x', 'w.x.a'],
    'silent',
  ],
])('%s', async (_, name, options, outcomes, asked, outcome) => {
  const seen: string[] = []
  const ended = await searchFor(name, options, candidate => {
    seen.push(candidate)
    return Promise.resolve({ outcome: outcomes[candidate] ?? ('not-found' as const) })
  })
  expect(seen).toEqual(asked)
  expect(ended).toEqual({ outcome })
})

test.each([
  [5, 1, [5]],
  [5, 2, [5, 5]],
  [5, 3, [5, 3, 6]],
  [1, 3, [1, 1, 1]],
])('timeout %i, %i servers: glibc waits %j', (timeout, servers, waits) => {
  expect(waits.map((_, index) => secondsFor(timeout, index, servers))).toEqual(waits)
})
