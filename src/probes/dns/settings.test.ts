import { expect, test } from 'vitest'
import { dnsSettings } from './settings.ts'

const parse = (settings: object) => dnsSettings.safeParse({ name: 'dns', names: ['longhold.test'], ...settings })

test('little needs to be said', () => {
  expect(parse({}).data).toMatchObject({ types: ['A'], every: 1000, timeout: 5000, ports: ['fresh', 'pinned', 'pair'] })
  expect(parse({ servers: ['10.96.0.10', '[fd00::a]:5353', 'fe80::1'] }).data?.servers).toEqual([
    { host: '10.96.0.10', port: 53 },
    { host: 'fd00::a', port: 5353 },
    { host: 'fe80::1', port: 53 },
  ])
})

test.each([
  ['a name as a server', { servers: ['dns.example'] }, 'an IP address such as 10.96.0.10'],
  ['port 0', { servers: ['10.0.0.1:0'] }, 'an address such as'],
  ['a name with umlauts', { names: ['büro.example'] }, 'punycode'],
  ['a label of 64', { names: [`${'a'.repeat(64)}.example`] }, 'labels of 1 to 63'],
  ['a name of 254', { names: [`${'abc.'.repeat(63)}de`] }, 'a domain name'],
  ['an empty label', { names: ['a..b'] }, 'a domain name'],
  ['no port mode and no resolver', { ports: [] }, 'unless resolver is set'],
  ['half a second for the resolver', { resolver: { timeout: '1500ms' } }, 'whole seconds'],
  ['a flood', { every: '10ms' }, '50ms'],
])('%s is refused', (_, settings, expected) => {
  expect(parse(settings).error?.issues[0]?.message).toContain(expected)
})

test('the resolver alone will do', () => {
  expect(parse({ ports: [], resolver: {} }).success).toBe(true)
})
