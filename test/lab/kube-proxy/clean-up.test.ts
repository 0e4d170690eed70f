import { expect, test } from 'vitest'
import { cleanUpCommands } from './clean-up.ts'
import type { Desired, Service } from './services.ts'

/** What kube-proxy 1.31 runs, line by line. */
const dns: Service = {
  name: 'kube-system/kube-dns',
  address: '10.96.0.10',
  ports: [
    { name: 'dns', protocol: 'udp', port: 53, targetPort: 53, nodePort: 30_053 },
    { name: 'dns-tcp', protocol: 'tcp', port: 53, targetPort: 53 },
  ],
  endpoints: [{ address: '10.244.2.53' }, { address: '10.244.2.54' }],
}
const plain: Service = { ...dns, ports: [{ name: 'dns', protocol: 'udp', port: 53, targetPort: 53 }] }
const desire = (...services: readonly Service[]): Desired => ({ services, dropInvalid: true, masqueradeMarked: true })
const having = (service: Service, ...endpoints: Service['endpoints']) => desire({ ...service, endpoints })

test.each<[string, Desired, Desired, readonly string[]]>([
  ['nothing changed', desire(dns), desire(dns), []],
  ['a Service is gone: its ClusterIP, not its node port', desire(dns), desire(), ['--orig-dst 10.96.0.10 -p udp']],
  [
    'an endpoint is gone',
    desire(plain),
    having(plain, { address: '10.244.2.54' }),
    ['--orig-dst 10.96.0.10 --dst-nat 10.244.2.53 -p udp'],
  ],
  [
    'an endpoint of a node port is gone',
    desire(dns),
    having(dns, { address: '10.244.2.54' }),
    ['-p udp --dport 30053 --dst-nat 10.244.2.53', '--orig-dst 10.96.0.10 --dst-nat 10.244.2.53 -p udp'],
  ],
  [
    'an endpoint is not ready any more',
    desire(plain),
    having(plain, { address: '10.244.2.53', weight: 0 }, { address: '10.244.2.54' }),
    ['--orig-dst 10.96.0.10 --dst-nat 10.244.2.53 -p udp'],
  ],
  ['an endpoint is new beside others', having(dns, { address: '10.244.2.53' }), desire(dns), []],
  ['the first endpoint', having(dns), desire(dns), ['--orig-dst 10.96.0.10 -p udp', '-p udp --dport 30053']],
  ['a new Service', desire(), desire(plain), ['--orig-dst 10.96.0.10 -p udp']],
  ['TCP only', desire(), desire({ ...dns, ports: dns.ports.slice(1) }), []],
])('%s', (_, before, after, expected) => {
  const commands = cleanUpCommands(before, after)
  expect(commands.map(({ argv }) => argv.join(' '))).toEqual(expected.map(each => `conntrack -D ${each}`))
  for (const { allow } of commands) expect(allow).toEqual([1]) // nothing to delete is no failure
})
