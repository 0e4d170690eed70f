import { expect, test } from 'vitest'
import { endpointChain, frontsOf, nftChain, serviceChain } from './names.ts'

test('chains have the names that kube-proxy gives them (those in its own tests)', () => {
  const ports = [{ name: 'p80', protocol: 'tcp', port: 80, targetPort: 80 }] as const
  const [front] = frontsOf([
    { name: 'ns1/svc1', address: '172.30.0.41', ports, endpoints: [{ address: '10.180.0.1' }] },
  ])
  if (!front?.backends[0]) throw new Error('there is one')
  expect(serviceChain('SVC', front)).toBe('KUBE-SVC-XPGD46QRK7WJZT7O')
  expect(endpointChain(front, front.backends[0])).toBe('KUBE-SEP-SXIVWICOYRO3J4NJ')
  expect(nftChain('service', front)).toBe('service-ULMVA6XW-ns1/svc1/tcp/p80')
})
