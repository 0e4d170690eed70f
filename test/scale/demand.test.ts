import { expect, test } from 'vitest'
import { deployed, read } from './configuration.ts'
import { demandOf } from './demand.ts'

const probes = (...all: object[]) => demandOf(read('client', JSON.stringify({ probes: all })))
const held = { kind: 'tcp-hold', name: 'a', to: '10.0.0.1:7000', connections: 100 }

test('a client of k8s/base holds 420 connections, however many servers there are', () => {
  const { connections, echo, dns } = demandOf(read('client', deployed().client))
  expect({ connections, echo: echo.perS, dns: dns.perS }).toEqual({ connections: 420, echo: 4, dns: 12 })
})

test.each([
  ['a fixed silence', '10s', 10],
  ['a range, by its mean', { min: '5s', max: '15s' }, 10],
  ['rungs, each by its share', ['5s', '20s'], 12.5],
])('exchanges follow from %s', (_, idle, perS) => {
  expect(probes({ ...held, idle }).exchangesPerS).toBeCloseTo(perS)
})

test.each([
  ['none in a silence that is shorter', '60s', '60s', 0],
  ['one in twice the time, less the moment of the exchange', '120s', '60s', 100 / 120],
  ['every minute of two hours but the last', '2h', '60s', (100 * 119) / 7200],
])('keepalive: %s', (_, idle, every, perS) => {
  expect(probes({ ...held, idle, keepalive: { idle: every } }).keepalivesPerS).toBeCloseTo(perS)
})

const lookups = (name: string) =>
  probes({ kind: 'dns', name: 'd', names: [name], servers: ['10.96.0.10'], ports: [], resolver: {} }).dns.perS

test('a lookup asks for A and AAAA with every search domain of a pod, and once where the name has dots enough', () => {
  expect(lookups('kubernetes.default.svc.cluster.local')).toBe(8)
  expect(lookups('a.b.c.d.e.example')).toBe(2)
})

test('each port mode asks each server: a fresh port for each question, one for A and AAAA, one for good', () => {
  const { dns } = probes({
    kind: 'dns',
    name: 'd',
    names: ['a.example'],
    servers: ['10.0.0.1', '10.0.0.2'],
    every: '500ms',
  })
  expect(dns).toEqual({ perS: 16, freshPortsPerS: 8, pinnedPorts: 2 })
})
