import { expect, test } from 'vitest'
import { realClock } from '../clock.ts'
import { protocolOf } from './target.ts'

const means = {
  clock: realClock,
  resolve: () => Promise.reject(new Error('nothing is resolved here')),
  identity: { pod: 'p', node: 'n', ip: 'i', instance: 'x' },
  udpStream: false,
}
const of = (target: string, say?: string) => protocolOf(target, { ...means, say })

test.each([
  ['server', 'longhold', 'server:7000', ['client', 'server']],
  ['[fd00::7]:7100', 'longhold', '[fd00::7]:7100', ['client', 'server']],
  ['udp://10.0.0.7', 'udp', '10.0.0.7:7000', ['client', 'server']],
  ['http://web/healthz?x=1', 'http', 'http://web/healthz?x=1', ['client']],
  ['redis://cache', 'redis', 'cache:6379', ['client']],
  ['postgres://app@db:6432/shop', 'postgres', 'db:6432', ['client']],
])('%s is talked to as %s', (target, name, where, speakers) => {
  expect(of(target)).toMatchObject({ name, target: where, speakers })
})

test.each([
  ['ftp://x', '"ftp" is not known'],
  ['http://', 'no such URL'],
  ['host:99999', 'no such address'],
  ['', 'no such address'],
  ['tcp://mail:25', '--say is needed'],
])('%s is refused with what was expected: %s', (target, why) => {
  expect(() => of(target)).toThrow(why)
  expect(() => of(target)).toThrow('TARGET: expected host[:7000] (longhold)')
})

test('--say goes with tcp:// alone', () => {
  expect(of('tcp://mail:25', 'NOOP')).toMatchObject({ name: 'line', target: 'mail:25' })
  expect(() => of('redis://cache', 'NOOP')).toThrow('--say: goes with a target tcp://host:port')
  expect(() => of('tcp://mail', 'NOOP')).toThrow('a host and a port are needed')
})
