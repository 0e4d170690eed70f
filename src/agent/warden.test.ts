import { describe, expect, test } from 'vitest'
import { isEverywhere, mayNotAsk, ownAddresses, plainAddress } from './warden.ts'

const node = () => new Set(['127.0.0.1', '::1', '10.0.0.1', '10.244.1.1', 'fd00::1'])
const flow = (local: string) => ({ proto: 'tcp', local, remote: '10.96.0.10:53' }) as const

describe('a flow is told', () => {
  test.each([
    ['a pod, of its own', '10.244.1.10', ['10.244.1.10:1', '10.244.1.10:2']],
    ['a pod with IPv6, of its own', 'fd00:1::7', ['[fd00:1::7]:1', '[FD00:1:0::7]:1']],
    ['whoever asks about none', '192.0.2.7', []],
    [
      'a process in the node’s network, of the node',
      '10.0.0.1',
      ['10.0.0.1:1', '10.244.1.1:2', '127.0.0.1:3', '[fd00::1]:4'],
    ],
    ['who comes over loopback, of anybody', '127.0.0.1', ['10.244.1.10:1', '192.0.2.7:1']],
    ['who comes over loopback with IPv6, of anybody', '::1', ['[fd00:1::7]:1']],
  ])('to %s', (_, from, locals) => {
    expect(mayNotAsk(from, locals.map(flow), node)).toBeUndefined()
  })

  test.each([
    ['another pod', '10.244.1.11', ['10.244.1.10:1']],
    ['a pod that asks about another’s beside its own', '10.244.1.10', ['10.244.1.10:1', '10.244.1.11:1']],
    ['a pod that asks about the node’s', '10.244.1.10', ['10.0.0.1:1']],
    ['a pod that asks about loopback', '10.244.1.10', ['127.0.0.1:1']],
    ['the node’s network, of a pod', '10.0.0.1', ['10.0.0.1:1', '10.244.1.10:1']],
    ['another node', '10.0.0.2', ['10.0.0.1:1']],
    ['nobody', '', ['10.0.0.1:1']],
    ['an address that only begins alike', '10.244.1.1', ['10.244.1.10:1']],
  ])('not to %s', (_, from, locals) => {
    expect(mayNotAsk(from, locals.map(flow), node)).toContain('told only to the address they leave from')
  })
})

test.each([
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['FD00:0::7', 'fd00::7'],
  ['fe80::1%eth0', 'fe80::1'],
  ['10.0.0.1', '10.0.0.1'],
  ['', ''],
  ['no address', 'no address'],
  ['1:2:3', '1:2:3'],
])('%s has one spelling: %s', (text, plain) => expect(plainAddress(text)).toBe(plain))

test.each(['0.0.0.0', '::', '0:0::0', '::ffff:0.0.0.0'])('%s is everywhere', host =>
  expect(isEverywhere(host)).toBe(true),
)
test.each(['127.0.0.1', '::1', '10.0.0.0'])('%s is not', host => expect(isEverywhere(host)).toBe(false))

test('this machine has its loopback', () => expect(ownAddresses()).toContain('127.0.0.1'))
