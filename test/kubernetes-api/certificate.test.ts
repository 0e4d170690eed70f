import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { authority } from './certificate.ts'

const cluster = authority()
const ca = new X509Certificate(cluster.ca)

test('the authority signs itself, and may sign others', () => {
  expect([ca.subject, ca.ca, ca.verify(ca.publicKey)]).toEqual(['CN=kubernetes', true, true])
})

test('a server is known by its addresses and names', () => {
  const cert = new X509Certificate(cluster.server('127.0.0.1', 'fd00::1', 'kubernetes.default.svc').cert)
  expect(cert.checkIssued(ca) && cert.verify(ca.publicKey)).toBe(true)
  expect(cert.subjectAltName).toBe('IP Address:127.0.0.1, IP Address:FD00:0:0:0:0:0:0:1, DNS:kubernetes.default.svc')
})

test('a client is known by its name and groups', () => {
  const cert = new X509Certificate(cluster.client('admin', 'system:masters').cert)
  expect(cert.subject).toBe('O=system:masters\nCN=admin')
})
