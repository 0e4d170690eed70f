import { expect, test } from 'vitest'
import { type Pod, enforced, selects } from './enforced.ts'

const pod = (name: string, ip: string, namespace = 'longhold', labels: Pod['labels'] = { app: name }): Pod => ({
  name,
  ip,
  namespace,
  labels,
})
const pods = [pod('a', '10.0.0.1'), pod('b', '10.0.0.2'), pod('b', '10.0.0.3', 'other')]
const policy = (spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'p', namespace: 'longhold' },
  spec,
})
const about = (spec: object) => enforced([policy({ podSelector: {}, ...spec })], pods, pods.slice(0, 1))
const ports = [{ port: 80, protocol: 'TCP' }]

const from = (peer: object) => about({ policyTypes: ['Ingress'], ingress: [{ from: [peer], ports }] })
const by = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', labels: Pod['labels']) =>
  selects({ matchExpressions: [{ key: 'app', operator, values: ['a'] }] }, labels)

test('who is selected by no policy is left alone', () => {
  expect(enforced([], pods, pods)).not.toContain('denied')
  expect(about({ podSelector: { matchLabels: { app: 'b' } }, policyTypes: ['Ingress'] })).not.toContain('denied')
  expect(enforced([policy({ podSelector: {}, policyTypes: ['Ingress'] })], pods, pods.slice(2))).not.toContain('denied')
})

test('a type without rules lets nothing through, one that is not named everything', () => {
  const rules = about({ policyTypes: ['Ingress'] })
  expect(rules).toContain('ip daddr 10.0.0.1 jump in-a')
  expect(rules).toContain('counter drop comment "a in denied"')
  expect(rules).not.toMatch(/out-a|counter return/)
})

test('a selector of pods means those of the same namespace, unless it says which', () => {
  expect(from({ podSelector: { matchLabels: { app: 'b' } } })).toContain(
    'ip saddr { 10.0.0.2 } tcp dport 80 counter return',
  )
  const elsewhere = { matchLabels: { 'kubernetes.io/metadata.name': 'other' } }
  expect(from({ namespaceSelector: elsewhere })).toContain('ip saddr { 10.0.0.3 }')
  expect(from({ podSelector: { matchLabels: { app: 'c' } } })).not.toContain('counter return')
  expect(from({ ipBlock: { cidr: '10.1.0.0/16' } })).toContain('ip saddr { 10.1.0.0/16 }')
})

test('without peers a rule is for everybody', () =>
  expect(about({ policyTypes: ['Egress'], egress: [{ ports }] })).toContain(
    '    tcp dport 80 counter return comment "a out p 80/TCP"',
  ))

test('expressions', () => {
  expect([by('In', { app: 'a' }), by('In', { app: 'b' }), by('In', {})]).toEqual([true, false, false])
  expect([by('NotIn', { app: 'a' }), by('NotIn', { app: 'b' }), by('NotIn', {})]).toEqual([false, true, true])
  expect([by('Exists', { app: 'b' }), by('DoesNotExist', {})]).toEqual([true, true])
})
